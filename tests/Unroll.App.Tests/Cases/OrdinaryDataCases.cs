using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>Ordinary data that once stopped a run, or too late.</summary>
public sealed class OrdinaryDataCases : Cases
{
    private static readonly Dictionary<string, (string Commands, Action<CaseRun> Must)> s_table = new()
    {
        ["03-01-negative-price-in-test"] = ("forecast oil.csv --target price $TINY --out o", Works),
        ["03-02-zero-on-the-newest-row"] = (
            "forecast power.csv --target price $TINY --out o; predict o/lstm.unroll today.csv --csv; predict o/forecast.unroll today.csv "
                + "--csv",
            run =>
            {
                Works(run);
                Assert.Equal("2020-04-29", Assert.Single(run.Ahead(1)).Date);
                Assert.Equal("2020-04-29", Assert.Single(run.Ahead(2)).Date);
            }
        ),
        ["03-03-zero-in-one-series"] = (
            "forecast shops.csv --target sales $TINY --series shop --out o",
            run =>
            {
                Works(run);
                Assert.Equal(3, run.Future().Length);
            }
        ),
        ["03-04-slip-in-an-unused-column"] = (
            "forecast store.csv --target sales $TINY --features none --out o",
            run =>
            {
                Works(run);
                Says(run, "(?i)holiday_code.*left out|left out.*holiday_code");
            }
        ),
        ["03-05-within-a-day"] = (
            "forecast minutes.csv --target y $TINY --out o",
            run =>
            {
                Works(run);
                Assert.Equal(32, run.Metrics.GetProperty("data").GetProperty("test").GetProperty("rows").GetInt32());
            }
        ),
        ["03-06-only-column-is-the-target"] = (
            "forecast air.csv $TINY --out o",
            run =>
            {
                Works(run);
                Says(run, "Forecasting passengers, the only column of numbers\\.");
            }
        ),
        ["03-07-fourteen-years-of-months"] = (
            "backtest air.csv --target passengers --horizon 12 --test 2019.. --refit 12 $TINY --out o",
            run =>
            {
                if (run.Last.Code == 0)
                    return;
                int needed = Regex.Matches(run.Last.Error, "[0-9]+").Max(match => int.Parse(match.Value, CultureInfo.InvariantCulture));
                Assert.InRange(needed, 169, 1000);
            }
        ),
    };

    public static TheoryData<string> Names => [.. s_table.Keys];

    private protected override IReadOnlyDictionary<string, (string Commands, Action<CaseRun> Must)> Table => s_table;

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_forecast(string name) => Check(name);
}
