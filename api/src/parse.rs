//! Parses the command line, with help and errors in Chinese.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, Error, FromArgMatches};

use crate::cli::Cli;

const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// The command that was given.
///
/// # Errors
/// Help or version text to be shown, or what is wrong with the arguments; [`told`] says which.
pub fn parse<I, T>(arguments: I) -> Result<Cli, Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString>,
{
    let mut arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    // `suixin help score` is what many try first.
    if arguments.get(1).is_some_and(|a| a == "help") {
        arguments.remove(1);
        arguments.push("--help".into());
    }
    Cli::from_arg_matches(&in_chinese(Cli::command()).try_get_matches_from(arguments)?)
}

/// The command line with headings, defaults and choices in Chinese, and so its subcommands.
fn in_chinese(command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let has_version = command.get_version().is_some();
    let mut command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .mut_args(argument)
        .arg(flag("help", 'h', ArgAction::Help, "显示帮助"));
    if has_version {
        command = command.arg(flag("version", 'V', ArgAction::Version, "显示版本"));
    }
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, in_chinese))
}

fn flag(name: &'static str, short: char, action: ArgAction, help: &'static str) -> Arg {
    Arg::new(name).short(short).long(name).action(action).help(help).help_heading("选项")
}

fn argument(argument: Arg) -> Arg {
    let heading = if argument.is_positional() { "参数" } else { "选项" };
    let mut notes = Vec::new();
    let words = |values: &mut dyn Iterator<Item = String>| values.collect::<Vec<_>>().join("、");
    let takes_value = argument.get_action().takes_values();
    if takes_value && !argument.get_possible_values().is_empty() {
        let choices = argument.get_possible_values();
        notes.push(format!("可选 {}", words(&mut choices.iter().map(|v| v.get_name().to_owned()))));
    }
    if takes_value && !argument.get_default_values().is_empty() {
        let defaults = argument.get_default_values();
        notes.push(format!("默认 {}", words(&mut defaults.iter().map(|v| v.to_string_lossy().into_owned()))));
    }
    if let Some(name) = argument.get_env() {
        notes.push(format!("环境变量 {}", name.to_string_lossy()));
    }
    let help = argument.get_help().map(StyledStr::to_string).unwrap_or_default();
    let help = if notes.is_empty() { help } else { format!("{help}（{}）", notes.join("；")) };
    argument
        .help(help)
        .help_heading(heading)
        .hide_default_value(takes_value)
        .hide_possible_values(takes_value)
        .hide_env(takes_value)
}

/// What the parser has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Text that was asked for.
    Help(String),
    /// What is wrong with the arguments and what to do.
    Mistake(String),
}

/// What to tell the person, in Chinese.
#[must_use]
pub fn told(error: &Error) -> Told {
    use ErrorKind as K;
    let named = |kind| error.get(kind).map(text).unwrap_or_default();
    let given = named(ContextKind::InvalidArg);
    let says = match error.kind() {
        K::DisplayHelp | K::DisplayVersion | K::DisplayHelpOnMissingArgumentOrSubcommand => {
            return Told::Help(error.to_string().replace("[OPTIONS]", "[选项]"));
        }
        K::UnknownArgument => format!("不认识的参数 {given}{}", hint(error, ContextKind::SuggestedArg)),
        K::InvalidSubcommand => {
            let given = named(ContextKind::InvalidSubcommand);
            format!("没有命令 {given}{}", hint(error, ContextKind::SuggestedSubcommand))
        }
        K::MissingSubcommand => "缺少命令".to_owned(),
        K::MissingRequiredArgument => format!("缺少 {given}"),
        K::InvalidValue if named(ContextKind::InvalidValue).is_empty() => format!("{given} 后面缺少值"),
        K::InvalidValue => {
            let choices = named(ContextKind::ValidValue);
            format!("{given} 不能是“{}”，可选 {choices}", named(ContextKind::InvalidValue))
        }
        K::ValueValidation => {
            let form = match given.as_str() {
                given if given.contains("日期") => "，应如 2026-01-15",
                given if given.contains("年度") => "，应写成年度，如 2025",
                _ => "",
            };
            format!("{given} 的值“{}”写法不对{form}", named(ContextKind::InvalidValue))
        }
        K::ArgumentConflict => format!("{given} 重复或与 {} 不能同时用", named(ContextKind::PriorArg)),
        K::TooManyValues | K::TooFewValues | K::WrongNumberOfValues => format!("{given} 的值的个数不对"),
        _ => error.to_string().trim_start_matches("error: ").trim().to_owned(),
    };
    Told::Mistake(format!("{says}；加 --help 看用法"))
}

fn text(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(all) => all.join("、"),
        other => other.to_string(),
    }
}

fn hint(error: &Error, kind: ContextKind) -> String {
    error.get(kind).map(text).filter(|t| !t.is_empty()).map_or_else(String::new, |t| format!("，是否想写 {t}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        match told(&parse(line.split(' ')).unwrap_err()) {
            Told::Help(text) | Told::Mistake(text) => text,
        }
    }

    #[test]
    fn mistakes_are_told_in_chinese_with_a_remedy() {
        for (line, words) in [
            ("suixin report verify p --perod 2025", "不认识的参数 --perod"),
            ("suixin scor", "没有命令 scor，是否想写 score"),
            ("suixin ingest", "缺少 <路径>"),
            ("suixin score --scheme XXX", "--scheme <方案> 不能是“XXX”，可选 CTY、PLT、PRJ、ORG、SUP、AWD"),
            ("suixin compute --period twenty", "--period <年度> 的值“twenty”写法不对"),
            ("suixin explain 船山区 --period 202503", "--period <年度> 的值“202503”写法不对，应写成年度，如 2025"),
            ("suixin compute --period", "--period <年度> 后面缺少值"),
            ("suixin compute --period 2025 --period 2024", "--period <年度> 重复或与"),
        ] {
            assert!(said(line).starts_with(words), "{}", said(line));
        }
    }

    #[test]
    fn help_has_no_english_headings() {
        for line in [
            "suixin --help",
            "suixin ingest -h",
            "suixin help generate",
            "suixin report",
            "suixin report render --help",
            "suixin",
        ] {
            let help = said(line);
            assert!(help.contains("用法：") && help.contains("显示帮助"), "{help}");
            for english in [
                "Usage",
                "OPTIONS",
                "COMMAND",
                "Commands",
                "SEED",
                "Options",
                "Arguments",
                "Print",
                "default",
                "env:",
                "possible",
            ] {
                assert!(!help.contains(english), "{english}: {help}");
            }
        }
    }
}
