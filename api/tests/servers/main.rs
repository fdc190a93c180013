//! Sources against real servers. `.ci/servers` starts them and says where they are; without it every test fails.

mod databases;
mod endpoint;
mod fixture;
mod mysql;
mod postgres;
mod whole;
