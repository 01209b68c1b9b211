using System.CommandLine;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>Options that several verbs have, with the same name, range and words.</summary>
internal static class CommonOptions
{
    public static Option<string> Target() =>
        new("--target") { Description = "The column to forecast; letter case does not count", HelpName = "COLUMN", DefaultValueFactory = _ => "High" };

    public static Option<DateRange?> Train() =>
        Options.Range("--train", "The rows to learn from, as 2016..2020, ..2019-06 or 2016-01-04..2020-12-31 [default: chosen from the data, and said]");

    public static Option<DateRange?> Test() =>
        Options.Range("--test", "The rows to judge on, as 2021.. [default: chosen from the data, and said]");

    public static Option<int> Seed(string description) => Options.Whole("--seed", 455, int.MinValue, int.MaxValue, description);

    public static Option<string> Folder(string fallback) => new("--out") { Description = "The folder for the report", HelpName = "DIR", DefaultValueFactory = _ => fallback };

    public static Option<bool> Json(string file) => new("--json") { Description = $"Print {file} on standard output, and all else on standard error" };
}
