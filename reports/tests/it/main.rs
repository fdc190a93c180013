//! The crate on a synthetic year. One binary: linking typst takes longer than most of the tests.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod common;
#[cfg(test)]
mod drawings;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod geometry;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod pack;
#[cfg(test)]
mod parts;
#[cfg(test)]
mod phrases;
#[cfg(test)]
mod products;
#[cfg(test)]
mod slides;
#[cfg(test)]
mod word;
#[cfg(test)]
mod workbook;
