using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Gaps in the input columns of a panel are filled as those of one series are.</summary>
public class PanelGapTests
{
    private const double Gap = double.NaN;

    private static double[] Numbers(int rows) => [.. Enumerable.Range(0, rows).Select(day => 5.0 + (day * 7 % 11))];

    private static (string Key, TimeSeries Rows) Shop(string key, params (int From, int Count)[] gaps)
    {
        double[] price = Numbers(60);
        foreach ((int from, int count) in gaps)
            price.AsSpan(from, count).Fill(Gap);
        return (key, new TimeSeries($"shops.csv, {key}", [.. Enumerable.Range(0, 60).Select(day => new DateTime(2020, 1, 1).AddDays(day))], ("sold", Numbers(60)), ("price", price)));
    }

    private static PanelSplit Split(params (string, TimeSeries)[] shops) =>
        new(new Panel("shops.csv", shops), "sold", "..2020-02-15", "2020-02-16..", 5, new ForecastInputs { Past = ["price"] });

    [Fact]
    public void A_gap_holds_the_value_before()
    {
        PanelSplit split = Split(Shop("North"), Shop("South", (10, 2), (59, 1)), Shop("West", (0, 3)));
        Assert.Equal(["North", "South", "West"], split.Keys);
        double[] price = split["South"].Table["price"].ToArray();
        Assert.Equal((price[9], price[9], 5 + (12 * 7 % 11)), (price[10], price[11], price[12]));
        Assert.Equal(price[58], price[59]);
        // What comes before a column's first value is cut off.
        Assert.Equal((43, new DateTime(2020, 1, 4)), (split["West"].Train.Count, split["West"].Train.Dates[0]));
        Assert.Equal(["3 missing values of price filled with the value before"], split.Notes);
        Assert.Empty(Split(Shop("North")).Notes);
    }

    [Fact]
    public void A_series_with_too_many_is_left_out_and_a_column_with_too_many_in_most_series()
    {
        PanelSplit few = Split(Shop("North"), Shop("South", (10, 13)), Shop("West"));
        Assert.Equal(["North", "West"], few.Keys);
        Assert.Equal("shops.csv, South has no price on 13 of 60 rows from 2020-01-01 on, too many to fill. Complete the file, or begin later.", Assert.Single(few.LeftOut).Value);
        Assert.Equal(["price"], few.Inputs.Past);
        PanelSplit most = Split(Shop("North", (0, 60)), Shop("South", (10, 13)), Shop("West"));
        Assert.Equal(["North", "South", "West"], most.Keys);
        Assert.Empty(most.Inputs.Past);
        Assert.Equal(["left out the column price: too many of its values are missing in 2 of 3 series"], most.Notes);
    }
}
