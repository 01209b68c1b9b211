using Xunit;

namespace Unroll.App.Tests;

/// <summary>Two readings of a file: the right one is taken, or it is asked which.</summary>
public sealed class ReadingCases : Cases
{
    private static readonly Dictionary<string, (string Commands, Action<CaseRun> Must)> s_table = new()
    {
        ["02-01-thousands-with-a-point"] = (
            "describe umsatz.csv --decimal ,; describe umsatz.csv",
            run =>
            {
                Assert.Equal(0, run.Results[0].Code);
                Assert.Contains("1300", run.Results[0].Output, StringComparison.Ordinal);
                Refused(run, "umsatz.csv, line 2, column Umsatz: \"1\\.300\" .*--decimal");
            }
        ),
        ["02-02-time-of-day-as-year"] = ("describe ticks.csv", run => Refused(run, "time of day")),
        ["02-03-time-before-date"] = (
            "describe bars.csv",
            run =>
            {
                Works(run);
                Says(run, "2019-01-07 09:00:00 +100");
            }
        ),
        ["02-04-no-header-text-first"] = (
            "describe quotes.csv",
            run =>
            {
                Works(run);
                Says(run, "quotes.csv: 60 rows, 2019-01-07 to");
            }
        ),
        ["02-05-number-for-missing"] = (
            "forecast gauge.csv --target level $TINY --out o; forecast gauge.csv --target level $TINY --out p --na -9999 --missing drop",
            run =>
            {
                Works(run);
                Assert.Matches("level is -9999 on .* rows.*--na", run.Results[0].Output);
                Assert.DoesNotContain("-9999 on", run.Results[1].Output, StringComparison.Ordinal);
            }
        ),
        ["02-06-counter-as-input"] = (
            "forecast frame.csv --target y $TINY --out o",
            run =>
            {
                Works(run);
                Says(run, "left out column 1: it counts the rows");
                Assert.DoesNotMatch("with column 1", run.Said);
            }
        ),
    };

    public static TheoryData<string> Names => [.. s_table.Keys];

    private protected override IReadOnlyDictionary<string, (string Commands, Action<CaseRun> Must)> Table => s_table;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_case_is_answered_right(string name) => Check(name);
}
