using Xunit;

namespace Unroll.App.Tests;

/// <summary>Values and files that once made an internal error, or a report that was half written.</summary>
public sealed class BrokenFileCases : Cases
{
    private static readonly Dictionary<string, (string Commands, Action<CaseRun> Must)> s_table = new()
    {
        ["04-01-huge-values"] = ("forecast mass.csv --target y $TINY --out o", run => RefusedOr(run, "(?i)too large")),
        ["04-02-scale-of-squares"] = ("forecast thin.csv --target y $TINY --out o", run => RefusedOr(run, "(?i)too small")),
        ["04-03-one-largest-double"] = ("forecast spike.csv --target y $TINY --out o", run => Refused(run, "2020-02-20")),
        ["04-05-last-date-of-all"] =
            ("forecast daily.csv --target y $TINY --out o; predict o/lstm.unroll open.csv", run => Refused(run, "9999-12-31")),
        ["04-07-model-with-a-null-layer"] = ("predict m.unroll daily.csv", run => Refused(run, "m\\.unroll is damaged: .*null")),
        ["04-08-model-with-a-null-graph-input"] = ("predict g.unroll daily.csv", run => Refused(run, "g\\.unroll is damaged: .*null")),
        ["04-09-model-that-asks-for-gigabytes"] =
            ("predict d.unroll daily.csv", run => Refused(run, "d\\.unroll is damaged: .*its weights do not fit its layers")),
        ["04-10-forecast-with-a-season-below-0"] =
            ("predict lstm.unroll daily.csv", run => Refused(run, "lstm\\.unroll (is damaged|was written by an older|holds)")),
        ["04-11-report-that-cannot-be-moved"] = (
            "mkdir o/report.html; forecast daily.csv --target y $TINY --out o",
            run =>
            {
                Refused(run, "report\\.html");
                Assert.Equal(["daily.csv", "o", Path.Combine("o", "report.html")], run.Entries);
            }
        ),
    };

    public static TheoryData<string> Names => [.. s_table.Keys];

    private protected override IReadOnlyDictionary<string, (string Commands, Action<CaseRun> Must)> Table => s_table;

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_one_line(string name) => Check(name);

    [Fact]
    public void A_device_that_is_full_is_one_line()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no such device here.");
        using var folder = new TempFolder();
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Cases", "04-06-full-device", "daily.csv"), folder["daily.csv"]);
        using System.Diagnostics.Process process =
            Tool.Start(folder, "/bin/sh", ["-c", $"dotnet '{Tool.Program}' describe daily.csv >/dev/full"]);
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
        Assert.Matches("^unroll: Standard output cannot be written: [^\n]*\n$", error);
    }

    private static void RefusedOr(CaseRun run, string pattern)
    {
        if (run.Last.Code == 1)
        {
            Refused(run, pattern);
            return;
        }

        Assert.All(run.Metrics.GetProperty("forecasters").EnumerateArray(),
            forecaster => Assert.True(forecaster.GetProperty("rmse").GetDouble() > 0));
    }
}
