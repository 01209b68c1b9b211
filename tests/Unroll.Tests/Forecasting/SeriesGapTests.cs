using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Gaps in the input columns of many series are filled as those of one series are.</summary>
public class SeriesGapTests
{
    private const double Gap = double.NaN;

    private static double[] Numbers(int rows) => [.. Enumerable.Range(0, rows).Select(day => 5.0 + (day * 7 % 11))];

    private static (string Key, TimeSeries Rows) Shop(string key, params (int From, int Count)[] gaps)
    {
        double[] price = Numbers(60);
        foreach ((int from, int count) in gaps)
            price.AsSpan(from, count).Fill(Gap);
        return (key, new TimeSeries($"shops.csv, {key}", [.. Enumerable.Range(0, 60).Select(day => new DateTime(2020, 1, 1).AddDays(day))],
            ("sold", Numbers(60)), ("price", price)));
    }

    private static ForecastTask Task(params (string, TimeSeries)[] shops) =>
        new(new SeriesSet("shops.csv", shops), new TaskOptions
        {
            Targets = ["sold"],
            Train = "..2020-02-15",
            Test = "2020-02-16..",
            Window = 5,
            Inputs = new ForecastInputs { Past = ["price"] }
        });

    private static Part Of(string series) => new(series, "sold");

    [Fact]
    public void A_gap_holds_the_value_before()
    {
        ForecastTask task = Task(Shop("North"), Shop("South", (10, 2), (59, 1)), Shop("West", (0, 3)));
        Assert.Equal(["North", "South", "West"], task.Keys);
        double[] price = task[Of("South")].Table["price"].ToArray();
        Assert.Equal((price[9], price[9], 5 + (12 * 7 % 11)), (price[10], price[11], price[12]));
        Assert.Equal(price[58], price[59]);
        // What comes before a column's first value is cut off.
        Assert.Equal((43, new DateTime(2020, 1, 4)), (task[Of("West")].Train.Count, task[Of("West")].Train.Dates[0]));
        Assert.Equal(["3 missing values of price filled with the value before."], task.Notes);
        Assert.Empty(Task(Shop("North")).Notes);
    }

    [Fact]
    public void A_series_with_too_many_is_left_out_and_a_column_with_too_many_in_most_series()
    {
        ForecastTask few = Task(Shop("North"), Shop("South", (10, 13)), Shop("West"));
        Assert.Equal(["North", "West"], few.Keys);
        Assert.Equal("shops.csv, South has too few values of price to be used: 13 of its 60 values are missing. Complete the file, begin "
            + "later, or leave the column out.", Assert.Single(few.LeftOut).Reason);
        Assert.Equal(["price"], few.Inputs.Past);
        ForecastTask most = Task(Shop("North", (0, 60)), Shop("South", (10, 13)), Shop("West"));
        Assert.Equal(["North", "South", "West"], most.Keys);
        Assert.Empty(most.Inputs.Past);
        Assert.Equal(["Left out the column price: too many of its values are missing in 2 of 3 series."], most.Notes);
    }
}
