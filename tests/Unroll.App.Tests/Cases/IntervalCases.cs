using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>Intervals that were too wide, crossed, shrank with the distance or reached below 0, and scores above the errors.</summary>
public sealed class IntervalCases : Cases
{
    private static readonly Dictionary<string, (string Commands, Action<CaseRun> Must)> s_table = new()
    {
        ["06-01-three-outliers"] = ("forecast y.csv --target y $TINY --horizon 3 --out o", run =>
        {
            Works(run);
            Assert.All(Forecasters(run), each => Assert.InRange(Widest(each), 0, 19600));

            static double Widest(JsonElement forecaster) =>
                forecaster.GetProperty("width") is { ValueKind: JsonValueKind.Object } width
                    ? width.EnumerateObject().Max(level => level.Value.GetDouble()) : 0;
        }
        ),
        ["06-02-nested-intervals"] = (
            "forecast load.csv --target mw $TINY --horizon 48 --out o; predict o/lstm.unroll load.csv --csv; predict o/forecast.unroll "
                + "load.csv --csv",
            run =>
            {
                Works(run);
                Ahead[] rows = [.. run.Ahead(1), .. run.Ahead(2), .. run.Future()];
                Assert.Equal(144, rows.Length);
                Assert.All(rows, row => Assert.True(row.Lower95 <= row.Lower80 && row.Upper80 <= row.Upper95 && row.Width95 > row.Width80,
                    row.ToString()));
            }
        ),
        ["06-03-bands-that-shrink"] = (
            "forecast air.csv --target passengers $TINY --horizon 12 --out o; predict o/lstm.unroll air.csv --csv; predict "
                + "o/forecast.unroll air.csv --csv",
            run =>
            {
                Works(run);
                foreach (Ahead[] rows in new[] { run.Ahead(1), run.Ahead(2), run.Future() })
                {
                    Assert.True(rows[11].Width80 >= 0.9 * rows[0].Width80, $"80 %: {rows[0].Width80} and {rows[11].Width80}");
                    Assert.True(rows[11].Width95 >= 0.9 * rows[0].Width95, $"95 %: {rows[0].Width95} and {rows[11].Width95}");
                }
            }
        ),
        ["06-04-score-above-the-error"] = ("forecast load.csv --target mw $TINY --horizon 48 --out o", run =>
        {
            Works(run);
            Assert.All(Forecasters(run), each =>
            {
                if (each.GetProperty("crps") is { ValueKind: JsonValueKind.Number } crps)
                    Assert.True(crps.GetDouble() <= 1.25 * each.GetProperty("mae").GetDouble(), each.GetRawText());
            });
        }
        ),
        ["06-05-counts-below-0"] = (
            "forecast parts.csv --target sold $TINY --out o; predict o/lstm.unroll parts.csv --csv; predict o/forecast.unroll parts.csv "
                + "--csv",
            run =>
            {
                Works(run);
                Assert.All([.. run.Ahead(1), .. run.Ahead(2), .. run.Future()],
                    row => Assert.True(row.Lower95 >= 0 && row.Lower80 >= 0 && row.Value >= 0, row.ToString()));
            }
        ),
    };

    public static TheoryData<string> Names => [.. s_table.Keys];

    private protected override IReadOnlyDictionary<string, (string Commands, Action<CaseRun> Must)> Table => s_table;

    [Theory]
    [MemberData(nameof(Names))]
    public void Hold(string name) => Check(name);

    private static JsonElement[] Forecasters(CaseRun run) => [.. run.Metrics.GetProperty("forecasters").EnumerateArray()];
}
