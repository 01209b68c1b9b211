using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Seasons by STL beside R's forecast package 8.20.</summary>
public class StlEtsForecasterTests
{
    private static readonly Part s_part = new("", "x");

    /// <summary>In R: t = 0:899; 100 + .05*t + 10*sin(2*pi*t/24) + 5*((t%%168) is below 48) + ((t*37)%%101)/25.</summary>
    private static double[] Hours { get; } = [.. Enumerable.Range(0, 900).Select(Hour)];

    private static double Hour(int t) =>
        100 + (0.05 * t) + (10 * Math.Sin(2 * Math.PI * t / 24)) + (t % 168 < 48 ? 5 : 0) + (t * 37 % 101 / 25.0);

    private static TimeSeries Table(double[] values) =>
        new("t.csv", [.. Enumerable.Range(0, values.Length).Select(hour => new DateTime(2024, 1, 1).AddHours(hour))], ("x", values));

    private static StlEtsForecaster Fitted(StlEtsForecaster forecaster, double[] values, int test = 1)
    {
        ForecastSplit split = MadeTables.Split(Table(test == 1 ? [.. values, values[^1]] : values), test, 4);
        forecaster.Fit(new ForecastTask(split, 24), null, TestContext.Current.CancellationToken);
        return forecaster;
    }

    private static void Near(double[] expected, IEnumerable<double> actual, double precision) =>
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) < precision);

    [Fact]
    public void Season_and_trend_are_those_of_r()
    {
        // R: mstl(USAccDeaths), rows 1, 2, 12, 13, 36, 71, 72.
        int[] rows = [0, 1, 11, 12, 35, 70, 71];
        var deaths = SeasonalTrend.Of(RDataSets.AccidentalDeaths, [12]);
        Near(
            [-860.4495033402, -1572.2236599325, -81.9004637711, -846.1715809786, -40.7371496297, -325.7834216136, 39.4906336056],
            rows.Select(row => deaths.Seasons[0][row]),
            1e-6);
        Near(
            [9988.94900713, 9920.48169995, 9148.49361195, 9059.11148262, 8460.92928062, 9025.96316872, 9071.57629881],
            rows.Select(row => deaths.Trend[row]),
            1e-6);
        for (int t = 0; t < 72; t++)
            Assert.Equal(RDataSets.AccidentalDeaths[t], deaths.Seasons[0][t] + deaths.Trend[t] + deaths.Remainder[t], 1e-9);

        // R: forecast:::seas.heuristic.
        Assert.Equal(0.944794464889, deaths.Strength(), 1e-9);
        Assert.Equal(0.940672490310, SeasonalTrend.Of(RDataSets.AirPassengers, [12]).Strength(), 1e-9);
        Assert.Equal(0.174650813460, SeasonalTrend.Of(RDataSets.LakeHuron, [7]).Strength(), 1e-9);

        // R: mstl(ts(y[1:500], frequency = 48)).
        rows = [0, 1, 46, 47, 48, 249, 498, 499];
        var halfHours = SeasonalTrend.Of(Hours.AsSpan(0, 500), [48]);
        Near(
            [
                -0.767874360896, 2.225333302056, -4.727403014210, -2.032056042799,
                -0.693762483734, 7.098978107366, -9.845679748475, -9.636760736862,
            ],
            rows.Select(row => halfHours.Seasons[0][row]),
            1e-6);
        Near(
            [108.259909690, 108.244113090, 106.980624471, 106.925456591, 106.870288712, 114.543054335, 126.925265927, 126.975863277],
            rows.Select(row => halfHours.Trend[row]),
            1e-6);
    }

    [Fact]
    public void Two_seasons_are_told_apart_as_in_r()
    {
        // R: mstl(msts(y, c(24, 168))), rows 1, 2, 100, 168, 169, 450, 899, 900.
        int[] rows = [0, 1, 99, 167, 168, 449, 898, 899];
        var parts = SeasonalTrend.Of(Hours, [24, 168]);
        Near(
            [
                -0.00922925552064, 2.60356551196163, 7.06336526755620, -2.23393365883034,
                0.20750565891721, -9.66457413654075, 4.89643297054553, 2.78425528782324,
            ],
            rows.Select(row => parts.Seasons[0][row]),
            1e-6);
        Near(
            [
                2.762233798338, 3.187582505890, -1.224471763933, -1.531857280523,
                2.808311035276, -1.573795248823, -0.635167230915, -1.388397644680,
            ],
            rows.Select(row => parts.Seasons[1][row]),
            1e-6);
        Near(
            [103.493456943, 103.542875338, 108.392259446, 111.777359326, 111.827512469, 125.877626349, 148.274822981, 148.324312956],
            rows.Select(row => parts.Trend[row]),
            1e-6);
    }

    [Fact]
    public void The_forecast_is_that_of_r()
    {
        // R: forecast(stlm(msts(y, c(24, 168))), h = 6)$mean, with ETS(A,Ad,N), AICc 6334.513.
        StlEtsForecaster given = Fitted(new StlEtsForecaster([168, 24]), Hours), found = Fitted(new StlEtsForecaster(), Hours);
        Near([146.366323310, 144.603933256, 142.174448463, 138.652941247, 137.957271863, 138.390009190], given.Ahead(Table(Hours), 6), 0.5);
        Assert.InRange(given.ParametersOf(s_part).Aicc, 6300, 6334.6);
        Assert.Equal([24, 168], found.SeasonsOf(s_part).Select(season => season.Count));
        Assert.Equal(given.Ahead(Table(Hours), 6), found.Ahead(Table(Hours), 6));
    }

    [Fact]
    public void The_seasons_are_continued_and_the_states_follow_what_is_left()
    {
        StlEtsForecaster forecaster = Fitted(new StlEtsForecaster([24, 168]), Hours, test: 400);
        EtsParameters p = forecaster.ParametersOf(s_part);
        IReadOnlyList<IReadOnlyList<double>> seasons = forecaster.SeasonsOf(s_part);
        double level = p.Level, trend = p.Trend;
        TimeSeries table = Table(Hours);
        for (int row = 500; row < 890; row++)
        {
            double season = seasons[0][(row - 500) % 24] + seasons[1][(row - 500) % 168], expected = level + (p.Phi * trend);
            if (row % 41 == 0)
                Assert.Equal(expected + season, forecaster.Next(table.Head(row)), 1e-9);
            double error = Hours[row] - season - expected;
            (level, trend) = (expected + (p.Alpha * error), (p.Phi * trend) + (p.Beta * error));
        }
    }

    [Fact]
    public void New_values_without_the_training_rows_are_decomposed_anew()
    {
        StlEtsForecaster forecaster = Fitted(new StlEtsForecaster([24]), Hours[..400]);
        DateTime[] dates = [.. Enumerable.Range(450, 450).Select(hour => new DateTime(2024, 1, 1).AddHours(hour))];
        var later = new TimeSeries("t.csv", dates, ("x", Hours[450..]));
        double[] expected = [.. Enumerable.Range(900, 24).Select(t => 103 + (0.05 * t) + (10 * Math.Sin(2 * Math.PI * t / 24)))];
        Near(expected, forecaster.Ahead(later, 24), 6);
        Assert.Equal(
            "t.csv has 40 rows with a x, but the STL + ETS looks at the newest 49. Give it at least 49 rows.",
            Assert.Throws<UnrollException>(() => forecaster.Next(later.Head(40))).Message);
    }

    [Fact]
    public void What_has_no_season_is_refused()
    {
        double[] wave = [.. Enumerable.Range(0, 60).Select(t => Math.Sin(1.7 * t))];
        string Refused(StlEtsForecaster forecaster) => Assert.Throws<UnrollException>(() => Fitted(forecaster, wave)).Message;
        Assert.EndsWith(
            " that repeats with the calendar. Give a period, or use the ETS forecast.",
            Refused(new StlEtsForecaster()),
            StringComparison.Ordinal);
        Assert.EndsWith(
            " has 60 rows, not more than two seasons of 48. Use a longer training range or a shorter period.",
            Refused(new StlEtsForecaster([48])),
            StringComparison.Ordinal);
        Assert.Equal(
            "Seasons of 1, 24 rows cannot be told apart. Give periods of at least 2, each once.",
            Refused(new StlEtsForecaster([24, 1])));
        Assert.Equal("Seasons of no rows cannot be told apart. Give periods of at least 2, each once.", Refused(new StlEtsForecaster([])));
    }
}
