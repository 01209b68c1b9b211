using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>The Theta method and the seasonal naive forecast with drift beside R's forecast package 8.20.</summary>
public class ThetaForecasterTests
{
    /// <summary>Months from January 1949 on, with test rows that nothing may look at.</summary>
    private static ForecastSplit Months(double[] values, int test)
    {
        double[] all = [.. values, .. Enumerable.Repeat(values[^1], test)];
        var table = new TimeSeries("t.csv", [.. Enumerable.Range(0, all.Length).Select(month => new DateTime(1949, 1, 1).AddMonths(month))],
            ("x", all));
        return MadeTables.Split(table, test, 12);
    }

    private static void Near(double[] expected, double[] actual, double share) =>
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) < share * Math.Abs(a));

    [Fact]
    public void With_a_season_it_is_that_of_r()
    {
        // R: thetaf(AirPassengers, h = 14)$mean.
        double[] inR =
        [
            440.078191082, 428.384280557, 489.707098670, 475.704627661, 479.670388669, 545.366272154, 602.752001822, 601.100763091,
            523.951492159, 456.627144913, 397.953734666, 447.644908743, 454.529768933, 442.413454458,
        ];
        ForecastSplit split = Months(RDataSets.AirPassengers, 14);
        ThetaForecaster theta = SmallEnsembles.Fitted(new ThetaForecaster(), split, 14);
        Near(inR, theta.Ahead(split, 14).From(0).ToArray(), 1e-4);
        Assert.Equal(theta.Ahead(split, 14).From(0), SmallEnsembles.Loaded(theta).Ahead(split, 14).From(0));
    }

    [Fact]
    public void Without_a_season_it_is_that_of_r()
    {
        // R: thetaf(WWWusage, h = 4)$mean.
        ForecastSplit split = Months(RDataSets.ServerUsers, 4);
        Near([220.309628080, 220.619025020, 220.928421960, 221.237818899],
            SmallEnsembles.Fitted(new ThetaForecaster(), split, 4).Ahead(split, 4).From(0).ToArray(), 1e-5);
    }

    [Fact]
    public void Seasonal_indices_are_those_of_r()
    {
        // R: decompose(AirPassengers, "multiplicative")$figure, and "additive".
        double[] factors = [0.910230367372, 0.883625320694, 1.007366287604, 0.975906012323, 0.981378027495, 1.112775826679, 1.226555542931,
            1.219910969446, 1.060491932647, 0.921757240410, 0.801178082413, 0.898824389985];
        double[] differences = [-24.74873737374, -36.18813131313, -2.24116161616, -8.03661616162, -4.50631313131, 35.40277777778,
            63.83080808081, 62.82323232323, 16.52020202020, -20.64267676768, -53.59343434343, -28.61994949495];
        SeasonalIndices multiplies = SeasonalIndices.Of(RDataSets.AirPassengers, 12, default)!;
        Assert.False(multiplies.Adds);
        Near(factors, multiplies.Values, 1e-10);
        SeasonalIndices adds = SeasonalIndices.Of([.. RDataSets.AirPassengers.Select(value => value - 300)], 12, default)!;
        Assert.True(adds.Adds);
        Near(differences, adds.Values, 1e-9);
        Assert.True(SeasonalIndices.AreIn(RDataSets.AirPassengers, 12));
        Assert.False(SeasonalIndices.AreIn(RDataSets.ServerUsers, 12));
        Assert.Null(SeasonalIndices.Of(RDataSets.AirPassengers.AsSpan(0, 23), 12, default));
    }

    /// <summary>A value goes without its season and back, wherever the rows begin: in training, later, and years later.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(200)]
    public void Rows_that_begin_later_are_at_their_place_in_the_season(int skipped)
    {
        var first = new DateTime(1949, 1, 1);
        SeasonalIndices indices = SeasonalIndices.Of(RDataSets.AirPassengers, 12, first)!;
        DateTime[] dates = [.. Enumerable.Range(skipped, 40).Select(month => first.AddMonths(month))];
        Assert.Equal(skipped % 12, (indices.PlaceOf(dates) + 1200) % 12);
        for (long place = -3; place < 30; place++)
            Assert.Equal(123.4, indices.Restore(indices.Remove(123.4, place), place), 1e-12);
    }

    [Fact]
    public void Seasonal_naive_with_drift_repeats_the_season_and_how_it_grows()
    {
        // Seasons of 4 that grow by 2 each.
        double[] values = [.. Enumerable.Range(0, 40).Select(row => (row % 4 * 10.0) + (row / 4 * 2))];
        ForecastSplit split = MadeTables.Split(MadeTables.Days(values), 8, 4);
        double[] ahead = SmallEnsembles.Fitted(new SeasonalNaiveDriftForecaster(4), split, 8).Ahead(split, 8).From(0).ToArray();
        Assert.Equal(values[32..], ahead);

        // R: rwf(AirPassengers, h = 3, drift = TRUE)$mean.
        ForecastSplit months = Months(RDataSets.AirPassengers, 3);
        Near([434.237762238, 436.475524476, 438.713286713], SmallEnsembles.Fitted(new SeasonalNaiveDriftForecaster(1), months, 3)
            .Ahead(months, 3).From(0).ToArray(), 1e-11);
    }

    /// <summary>
    /// Seasons of 4: of two and more the mean change from one to the next, of fewer the line from the first to the last row.
    /// </summary>
    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(41)]
    public void Growth_is_the_mean_of_whole_seasons_or_of_less_than_two_a_line(int rows)
    {
        double[] values = TestData.Normal(rows + 1, 3);
        double growth = rows < 8
            ? 4 * (values[rows - 1] - values[0]) / (rows - 1)
            : Enumerable.Range(4, rows - 4).Average(row => values[row] - values[row - 4]);
        ForecastSplit split = MadeTables.Split(MadeTables.Days(values), 1, 2);
        HorizonForecast ahead = SmallEnsembles.Fitted(new SeasonalNaiveDriftForecaster(4), split).Ahead(split, 1);
        Assert.Equal(values[rows - 4] + growth, ahead[0, 1], 1e-12);
    }

    [Fact]
    public void A_season_of_less_than_a_row_is_refused()
    {
        Assert.StartsWith("A season of 0 rows is none.", Assert.Throws<UnrollException>(
            () => SmallEnsembles.Fitted(new ThetaForecaster(0), Months(RDataSets.AirPassengers, 2))).Message, StringComparison.Ordinal);
        Assert.StartsWith("A season of -1 rows is none.", Assert.Throws<UnrollException>(() => SmallEnsembles.Fitted(
            new SeasonalNaiveDriftForecaster(-1), Months(RDataSets.AirPassengers, 2))).Message, StringComparison.Ordinal);
    }
}
