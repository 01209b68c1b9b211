using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>ARIMA beside R 4 (stats::arima) and its forecast package 8.20, on series that come with R.</summary>
public class ArimaForecasterTests
{
    private static readonly Part s_part = new("", "x");

    private static readonly ArimaOrder s_airline = new(0, 1, 1, 0, 1, 1, 12);

    private static DateTime Month(int row) => new DateTime(1949, 1, 1).AddMonths(row);

    private static TimeSeries Months(double[] values) => new("t.csv", [.. Enumerable.Range(0, values.Length).Select(Month)], ("x", values));

    /// <summary>The first rows to train on, all or as many as are asked for.</summary>
    private static ArimaForecaster Fitted(ArimaForecaster forecaster, double[] values, int? rows = null)
    {
        int train = rows ?? values.Length;
        DateRange first = new(null, Month(train - 1)), last = new(Month(train), null);
        var split = new ForecastSplit(Months([.. values, values[^1]]), "x", first, last, 4);
        forecaster.Fit(new ForecastTask(split, 6), null, TestContext.Current.CancellationToken);
        return forecaster;
    }

    private static ArimaParameters Of(ArimaForecaster forecaster) => forecaster.ParametersOf(s_part);

    private static void Near(double[] expected, double[] actual, double relative)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int h = 0; h < expected.Length; h++)
            Assert.Equal(1, actual[h] / expected[h], relative);
    }

    [Fact]
    public void Coefficients_and_forecasts_are_those_of_r()
    {
        // R: Arima(USAccDeaths, order = c(0,1,1), seasonal = c(0,1,1)); forecast(f, h = 6)$mean.
        ArimaForecaster deaths = Fitted(new ArimaForecaster(s_airline), RDataSets.AccidentalDeaths);
        ArimaParameters p = Of(deaths);
        Assert.Equal(-0.430269236217, p.MovingAverage[0], 1e-3);
        Assert.Equal(-0.552791270186, p.SeasonalMovingAverage[0], 1e-3);
        // Of rows that are not differenced yet R starts from a variance of 10⁶ instead of one without bounds. So this one is of
        // arima(diff(diff(USAccDeaths, 12)), order = c(0,0,1), seasonal = list(order = c(0,0,1), period = 12), include.mean = FALSE).
        Assert.Equal(-425.441102431, p.LogLikelihood, 1e-5);
        Assert.Equal((2 * 425.441102431) + 6 + (24 / 55.0), p.Aicc, 2e-5);
        Assert.Equal(1, p.Variance / 99346.8899301, 1e-3);
        double[] ahead = deaths.Ahead(Months(RDataSets.AccidentalDeaths), 6);
        Near([8336.06126630, 7531.82914119, 8314.64376019, 8616.86875619, 9488.91252224, 9859.75735985], ahead, 1e-4);

        // R: arima(LakeHuron, order = c(1,0,1)).
        p = Of(Fitted(new ArimaForecaster(new ArimaOrder(1, 0, 1, HasConstant: true)), RDataSets.LakeHuron));
        Near([0.744899319734, 0.320589068530, 579.055455556031], [p.Autoregressive[0], p.MovingAverage[0], p.Constant], 1e-3);
        Assert.Equal(-103.245260626320, p.LogLikelihood, 1e-5);
        Assert.Equal(0.474939838602, p.Variance, 1e-4);

        // R: arima(diff(diff(log(AirPassengers), 12)), order = c(2,0,1), seasonal = list(order = c(1,0,1), period = 12),
        // include.mean = FALSE): of many coefficients, the likelihood is what must agree.
        double[] logs = Array.ConvertAll(RDataSets.AirPassengers, Math.Log);
        p = Of(Fitted(new ArimaForecaster(new ArimaOrder(2, 1, 1, 1, 1, 1, 12)), logs));
        Assert.InRange(p.LogLikelihood, 246.20626, 246.2064);
    }

    // R: auto.arima(y) and the mean of forecast(f, h = 6). Of the lake it cannot fit the model that it begins with and ends at
    // ARIMA(0,1,0) with an AICc of 220.26; that of ARIMA(2,1,1) is 213.51 by R too.
    [Theory]
    [InlineData("deaths", "ARIMA(0,1,1)(0,1,1)[12]", -425.439993553, new[]
    {
        8336.06126630, 7531.82914119, 8314.64376019, 8616.86875619, 9488.91252224, 9859.75735985,
    })]
    [InlineData("users", "ARIMA(1,1,1)", -254.149735787, new[]
    {
        218.880496735, 218.152398706, 217.678861239, 217.370883847, 217.170582750, 217.040311729,
    })]
    [InlineData("lake", "ARIMA(2,1,1)", -102.535634604, new[]
    {
        579.598553741, 579.227050847, 578.971920013, 578.832750188, 578.772179039, 578.754040357,
    })]
    [InlineData("passengers", "ARIMA(2,1,1)(0,1,0)[12]", -504.923852561, new[]
    {
        445.634901393, 420.394996527, 449.198316329, 491.839948477, 503.394479850, 566.862455292,
    })]
    public void The_model_that_is_chosen_is_that_of_r(string name, string model, double logLikelihood, double[] ahead)
    {
        double[] values = name switch
        {
            "deaths" => RDataSets.AccidentalDeaths,
            "users" => RDataSets.ServerUsers,
            "lake" => RDataSets.LakeHuron,
            _ => RDataSets.AirPassengers,
        };
        ArimaForecaster forecaster = Fitted(new ArimaForecaster(period: name is "deaths" or "passengers" ? 12 : 1), values);
        Assert.Equal(model, Of(forecaster).Order.ToString());
        Assert.Equal(logLikelihood, Of(forecaster).LogLikelihood, 5e-3);
        Near(ahead, forecaster.Ahead(Months(values), 6), 5e-4);
    }

    [Fact]
    public void The_state_follows_the_values_with_the_coefficients_as_they_are()
    {
        // R: g <- Arima(window(WWWusage, 1, 80), order = c(1,1,1)); forecast(Arima(window(WWWusage, 1, o), model = g), h = 4)$mean.
        ArimaForecaster users = Fitted(new ArimaForecaster(new ArimaOrder(1, 1, 1)), RDataSets.ServerUsers, 80);
        TimeSeries table = Months(RDataSets.ServerUsers);
        Near([0.623859948452, 0.485615865973], [Of(users).Autoregressive[0], Of(users).MovingAverage[0]], 1e-3);
        Near([117.063343087, 121.469879941, 124.218941796, 125.933971383], users.Ahead(table.Head(80), 4), 1e-4);
        Near([162.936773929, 167.264349354, 169.964150336, 171.648448038], users.Ahead(table.Head(85), 4), 1e-4);
        Near([219.659139694, 222.565790343, 224.379133267, 225.510405290], users.Ahead(table.Head(95), 4), 1e-4);

        // R: g <- Arima(window(USAccDeaths, end = c(1976,12)), order = c(0,1,1), seasonal = c(0,1,1)), and so on.
        ArimaForecaster deaths = Fitted(new ArimaForecaster(s_airline), RDataSets.AccidentalDeaths, 48);
        table = Months(RDataSets.AccidentalDeaths);
        Near([7814.65038102, 7290.02211700, 7862.38313886], deaths.Ahead(table.Head(48), 3), 1e-4);
        Near([10147.59156115, 9459.19376012, 8284.65935987], deaths.Ahead(table.Head(54), 3), 1e-4);
        Near([9378.34096713, 8821.78212900, 9274.95594094], deaths.Ahead(table.Head(69), 3), 1e-4);
    }

    [Fact]
    public void Differences_are_those_of_r()
    {
        // R: urca::ur.kpss(y, use.lag = trunc(3 * sqrt(length(y)) / 13)), ndiffs(y), nsdiffs(y).
        Assert.Equal(1.221218569395, ArimaDifferences.Kpss(RDataSets.LakeHuron), 1e-10);
        Assert.Equal(0.721974318082, ArimaDifferences.Kpss(RDataSets.ServerUsers), 1e-10);
        Assert.Equal(0.970402479506, ArimaDifferences.Kpss(ArimaDifferences.Of(RDataSets.AirPassengers, 12)), 1e-10);
        Assert.Equal(1, ArimaDifferences.Ordinary(RDataSets.LakeHuron));
        Assert.Equal(1, ArimaDifferences.Ordinary(RDataSets.ServerUsers));
        Assert.Equal(1, ArimaDifferences.Ordinary(RDataSets.AirPassengers));
        Assert.Equal(1, ArimaDifferences.Seasonal(RDataSets.AccidentalDeaths, 12));
        Assert.Equal(0, ArimaDifferences.Seasonal(RDataSets.LakeHuron, 7));
        Assert.Equal(0, ArimaDifferences.Seasonal(RDataSets.LakeHuron, 1));
    }

    [Fact]
    public void Rows_that_differences_make_the_same_are_continued()
    {
        double[] line = [.. Enumerable.Range(0, 40).Select(t => 5 + (2.0 * t))];
        Near([85, 87, 89], Fitted(new ArimaForecaster(period: 1), line).Ahead(Months(line), 3), 1e-6);
        double[] seasons = [.. Enumerable.Range(0, 40).Select(t => 50 + t + (new double[] { 5, -3, -4, 2 })[t % 4])];
        Near([95, 88, 88, 95], Fitted(new ArimaForecaster(period: 4), seasons).Ahead(Months(seasons), 4), 1e-6);
    }

    [Fact]
    public void A_search_keeps_to_its_limit_and_ends_when_it_is_cancelled()
    {
        ArimaParameters all = Of(Fitted(new ArimaForecaster(period: 12), RDataSets.AccidentalDeaths));
        ArimaParameters two = Of(Fitted(new ArimaForecaster(period: 12, models: 2), RDataSets.AccidentalDeaths));
        Assert.Equal("ARIMA(0,1,1)(0,1,1)[12]", all.Order.ToString());
        Assert.Equal("ARIMA(0,1,0)(0,1,0)[12]", two.Order.ToString());
        Assert.True(all.Aicc < two.Aicc);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => ArimaSearch.Best(RDataSets.AccidentalDeaths, 12, 94, source.Token));
    }

    [Fact]
    public void What_cannot_be_fitted_is_refused()
    {
        string Refused(ArimaForecaster forecaster, int rows = 40) =>
            Assert.Throws<UnrollException>(() => Fitted(forecaster, RDataSets.LakeHuron[..rows])).Message;
        Assert.Equal(
            "ARIMA cannot learn seasons of 168 rows. Give a period of 2 to 24, or 1 for none.",
            Refused(new ArimaForecaster(period: 168)));
        Assert.Equal("A search through 0 models finds none. Allow at least 1.", Refused(new ArimaForecaster(models: 0)));
        Assert.Equal(
            "ARIMA(6,0,0) is out of range. Use p and q up to 5, d up to 2, P and Q up to 2, D up to 1 "
            + "and a period of 2 to 24, or 1 without seasonal terms.",
            Refused(new ArimaForecaster(new ArimaOrder(6, 0, 0))));
        Assert.Equal(
            "ARIMA(0,1,1)(0,1,1)[12] with drift has a constant after two differences, which bends every forecast. Leave the constant out.",
            Refused(new ArimaForecaster(s_airline with { HasConstant = true })));
        Assert.Equal(
            "x in ..1950-01-01 has 13 rows, which cannot be fitted by ARIMA(0,1,1)(0,1,1)[12]. "
            + "Use a longer training range or a simpler model.",
            Refused(new ArimaForecaster(s_airline), 13));
    }
}
