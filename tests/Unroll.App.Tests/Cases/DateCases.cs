using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>The date of a prediction, and the row that it starts from.</summary>
public sealed class DateCases : Cases
{
    private static readonly Dictionary<string, (string Commands, Action<CaseRun> Must)> s_table = new()
    {
        ["01-01-empty-last-row"] = (
            "forecast daily.csv --target y $TINY --out o; predict o/lstm.unroll daily.csv --csv; predict o/lstm.unroll today.csv --csv; "
                + "predict o/forecast.unroll daily.csv --csv; predict o/forecast.unroll today.csv --csv",
            run =>
            {
                Works(run);
                Assert.Equal("2019-07-02", Assert.Single(run.Ahead(1)).Date);
                Assert.Equal(run.Ahead(1), run.Ahead(2));
                Assert.Equal(run.Ahead(3), run.Ahead(4));
            }
        ),
        ["01-02-empty-last-row-json"] = (
            "forecast daily.csv --target y $TINY --out o; predict o/lstm.unroll today.csv --json",
            run =>
            {
                Works(run);
                JsonElement part = JsonDocument.Parse(run.Last.Output).RootElement.GetProperty("parts")[0];
                Assert.Equal("2019-07-02", part.GetProperty("ahead")[0].GetProperty("date").GetString());
                Assert.Equal("2019-07-01", part.GetProperty("after").GetString());
            }
        ),
        ["01-03-empty-last-row-of-one-series"] = (
            "forecast shops.csv --target sales $TINY --series shop --out o; predict o/lstm.unroll today.csv --csv",
            run =>
            {
                Works(run);
                Assert.Equal([("East", "2021-07-12"), ("West", "2021-07-11"), ("North", "2021-07-12")],
                    run.Ahead(1).Select(row => (row.Series, row.Date)));
            }
        ),
        ["01-04-empty-last-row-of-one-target"] = (
            "forecast pair.csv --target y,x $TINY --out o; predict o/lstm.unroll today.csv --csv",
            run =>
            {
                Works(run);
                Assert.Equal([("y", "2019-07-09"), ("x", "2019-07-08")], run.Ahead(1).Select(row => (row.Target, row.Date)));
            }
        ),
        ["01-05-dates-of-rows-to-come"] = (
            "forecast past.csv --target y $TINY --known promo --horizon 3 --out o; predict o/lstm.unroll plan.csv --csv",
            run =>
            {
                Works(run);
                Assert.Equal(["2017-10-10", "2017-10-11", "2017-10-12"], run.Ahead(1).Select(row => row.Date));
            }
        ),
        ["01-06-after-the-last-bar"] = (
            "forecast bars.csv --target price $TINY --out o; predict o/lstm.unroll bars.csv --csv",
            run =>
            {
                Works(run);
                Assert.Equal("2024-01-24 09:30:00", Assert.Single(run.Ahead(1)).Date);
                Assert.Equal("2024-01-24 09:30:00", Assert.Single(run.Future()).Date);
            }
        ),
        ["01-07-twice-a-month"] = (
            "forecast pay.csv --target total $TINY --horizon 2 --out o; predict o/lstm.unroll pay.csv --csv",
            run =>
            {
                Works(run);
                Assert.Equal(["2016-07-01", "2016-07-15"], run.Ahead(1).Select(row => row.Date));
            }
        ),
        ["01-08-offsets"] = (
            "forecast load.csv --target load $TINY --out o; predict o/lstm.unroll load.csv",
            run =>
            {
                Works(run);
                Says(run, "2024-04-02T06:00:00\\+02:00|2024-04-02 04:00:00(Z|.*UTC)|UTC");
            }
        ),
        ["01-09-uneven-times"] = ("describe visits.csv", run =>
        {
            Works(run);
            Says(run, "(?i)uneven|not evenly spaced|no regular");
        }
        ),
        ["01-10-days-left-out"] = ("forecast river.csv --target level $TINY --out o", run =>
        {
            Works(run);
            Says(run, "(?i)fifth day is not in the file: 3[56] of");
        }
        ),
        ["01-11-model-of-days-on-months"] = (
            "forecast days.csv --target y $TINY --out o; predict o/lstm.unroll months.csv",
            run => Says(run, "business.day.*month")),
    };

    public static TheoryData<string> Names => [.. s_table.Keys];

    private protected override IReadOnlyDictionary<string, (string Commands, Action<CaseRun> Must)> Table => s_table;

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_answered_right(string name) => Check(name);
}
