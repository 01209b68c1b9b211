using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Exponential smoothing beside R's forecast package, on the series of fpp2 that statsmodels tests its own with.</summary>
public class EtsForecasterTests
{
    /// <summary>Saudi Arabia's oil production in million tonnes, 1965 to 2013 (fpp2, oil).</summary>
    private static readonly double[] s_oil =
    [
        111.0091346, 130.8284341, 141.2870879, 154.2277747, 162.7408654, 192.1664835, 240.7997253, 304.2173901,
        384.0045673, 429.6621566, 359.3169299, 437.2518544, 468.4007898, 424.4353365, 487.9794299, 509.8284478,
        506.3472527, 340.1842374, 240.2589210, 219.0327876, 172.0746632, 252.5900922, 221.0710774, 276.5187735,
        271.1479517, 342.6186005, 428.3558357, 442.3945534, 432.7851482, 437.2497186, 437.2091599, 445.3640981,
        453.1950104, 454.4096410, 422.3789058, 456.0371217, 440.3866047, 425.1943725, 486.2051735, 500.4290861,
        521.2759092, 508.9476170, 488.8888577, 509.8705750, 456.7229123, 473.8166029, 525.9508706, 549.8338076,
        542.3404698,
    ];

    /// <summary>Holiday nights of visitors to Australia in millions a quarter, 1999 to 2015 (fpp2, austourists).</summary>
    private static readonly double[] s_tourists =
    [
        30.05251300, 19.14849600, 25.31769200, 27.59143700, 32.07645600, 23.48796100, 28.47594000, 35.12375300,
        36.83848500, 25.00701700, 30.72223000, 28.69375900, 36.64098600, 23.82460900, 29.31168300, 31.77030900,
        35.17787700, 19.77524400, 29.60175000, 34.53884200, 41.27359900, 26.65586200, 28.27985900, 35.19115300,
        42.20566386, 24.64917133, 32.66733514, 37.25735401, 45.24246027, 29.35048127, 36.34420728, 41.78208136,
        49.27659843, 31.27540139, 37.85062549, 38.83704413, 51.23690034, 31.83855162, 41.32342126, 42.79900337,
        55.70835836, 33.40714492, 42.31663797, 45.15712257, 59.57607996, 34.83733016, 44.84168072, 46.97124960,
        60.01903094, 38.37117851, 46.97586413, 50.73379646, 61.64687319, 39.29956937, 52.67120908, 54.33231689,
        66.83435838, 40.87118847, 51.82853579, 57.49190993, 65.25146985, 43.06120822, 54.76075713, 59.83447494,
        73.25702747, 47.69662373, 61.09776802, 66.05576122,
    ];

    private static ForecastSplit Years(double[] values) =>
        Split(values, row => new DateTime(1965, 1, 1).AddYears(row));

    private static ForecastSplit Quarters(double[] values) =>
        Split(values, row => new DateTime(1999, 1, 1).AddMonths(3 * row));

    /// <summary>All values to train on, and one row more as a test range.</summary>
    private static ForecastSplit Split(double[] values, Func<int, DateTime> date)
    {
        var series = new TimeSeries("t.csv", [.. Enumerable.Range(0, values.Length + 1).Select(date)], ("x", [.. values, 1]));
        return new ForecastSplit(series, "x", new DateRange(null, date(values.Length - 1)), new DateRange(date(values.Length), null), 4);
    }

    /// <summary>Relative errors have a high likelihood where expected values are next to 0; such a fit is none.</summary>
    [Theory]
    [InlineData(10, 1000, 120)]
    [InlineData(1000, 10, 120)]
    [InlineData(10, 1000, 60)]
    [InlineData(5, 50_000, 140)]
    public void After_a_shift_of_level_the_forecast_is_at_the_new_one(double before, double after, int at)
    {
        double[] noise = Unroll.Tests.Layers.TestData.Normal(150, 5, 0.1);
        ForecastSplit split =
            Split([.. noise.Select((n, row) => (row < at ? before : after) + n)], row => new DateTime(2022, 1, 1).AddDays(row));
        double next = Fitted(split).Predict(new ForecastTask(split)).Parts[0][0, 1];
        Assert.InRange(next, 0.7 * after, 1.3 * after);
    }

    private static EtsForecaster Fitted(ForecastSplit split, EtsModel? model = null, int? period = null)
    {
        var forecaster = new EtsForecaster(model, period);
        forecaster.Fit(new ForecastTask(split, 4), null, TestContext.Current.CancellationToken);
        return forecaster;
    }

    private static EtsParameters Of(EtsForecaster forecaster) => forecaster.ParametersOf(forecaster.Parts[0]);

    private static double[] Ahead(EtsForecaster forecaster, double[] values, Func<int, DateTime> date, int steps) =>
        forecaster.Ahead(new TimeSeries("t.csv", [.. Enumerable.Range(0, values.Length).Select(date)], ("x", values)), steps);

    private static void Near(double[] expected, double[] actual, double relative)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int h = 0; h < expected.Length; h++)
            Assert.Equal(1, actual[h] / expected[h], relative);
    }

    [Fact]
    public void With_rs_parameters_the_states_run_and_forecast_as_in_r()
    {
        // statsmodels, fit_ets_results_nonseasonal.json and fit_ets_results_seasonal.json, damped AAN and AAA: written by R's ets. Squared
        // errors summed from the same recursion in Python.
        var oil = new EtsParameters(
            EtsModel.DampedHolt, 1, 0.99989969, 0.11886985, 0, 0.80000197, 36.46466837, 34.72584983, [], 0, 0, 6, 49);
        EtsState state = oil.Start();
        Assert.Equal(64.24541648, state.Expected, 1e-6);
        Assert.Equal(111094.68310776132, state.Judge(s_oil, relative: false, 0).Squares, 1e-5);
        double[] ahead = new double[4];
        state.Forecast(ahead);
        Near([545.35213563, 547.76044926, 549.68710489, 551.22843318], ahead, 1e-8);

        var tourists = new EtsParameters(
            new EtsModel(EtsError.Additive, EtsTrend.Damped, EtsSeason.Additive),
            4, 0.35445427, 0.03200749, 0.39993387, 0.97999997, 24.01278357, 0.97770147, [5.34956637, -6.61171798, -0.50735902, 1.76951063],
                0, 0, 10, 68);
        state = tourists.Start();
        Assert.Equal(358.9013297653415, state.Judge(s_tourists, relative: false, 0).Squares, 1e-8);
        state.Forecast(ahead);
        Near([76.07768073, 51.61741109, 63.96457729, 68.27886241], ahead, 1e-7);
    }

    [Fact]
    public void Simple_smoothing_agrees_with_the_book()
    {
        // fpp2, section 7.1, oil from 1996: α = 0.8339, l = 446.5868, forecast 542.68. AICc from a search over α in steps of 0.0001, with
        // the best l for each, in Python: squared errors 14235.590.
        double[] since1996 = s_oil[31..];
        EtsForecaster forecaster = Fitted(Years(since1996), EtsModel.Simple);
        EtsParameters p = Of(forecaster);
        Assert.Equal(0.8339, p.Alpha, 5e-4);
        Assert.Equal(446.5868, p.Level, 5e-2);
        Assert.Equal(14235.590, p.SquaredErrors, 1e-3);
        Assert.Equal(179.857294, p.Aicc, 1e-5);
        Assert.Equal(542.68, Ahead(forecaster, since1996, row => new DateTime(1965, 1, 1).AddYears(row), 3)[2], 5e-3);
    }

    // −2 log L* that R's ets reached, recomputed in Python from its parameters (A) or its fitted values (M).
    [Theory]
    [InlineData("oil", EtsError.Additive, EtsTrend.Additive, EtsSeason.None, 571.2949000252175)]
    [InlineData("oil", EtsError.Additive, EtsTrend.Damped, EtsSeason.None, 569.2887677656691)]
    [InlineData("tourists", EtsError.Additive, EtsTrend.Damped, EtsSeason.Additive, 400.0472302217136)]
    [InlineData("tourists", EtsError.Multiplicative, EtsTrend.Additive, EtsSeason.Multiplicative, 391.5035884896989)]
    public void The_fit_is_no_worse_than_rs(string series, EtsError error, EtsTrend trend, EtsSeason season, double deviance)
    {
        var model = new EtsModel(error, trend, season);
        EtsParameters p = Of(Fitted(series == "oil" ? Years(s_oil) : Quarters(s_tourists), model, series == "oil" ? 1 : 4));
        Assert.InRange(p.Deviance, deviance - 12, deviance + 0.1);
        Assert.InRange(p.Alpha, 0, 1);
        Assert.InRange(p.Beta, 0, p.Alpha);
        Assert.InRange(p.Gamma, 0, 1 - p.Alpha);
        Assert.InRange(p.Phi, 0.8, 1);
    }

    [Fact]
    public void Holt_and_winters_forecast_as_r_does()
    {
        // R's ets(austourists, "MAM"), as above: 77.588, 48.856, 61.365, 66.855. Equally likely parameters differ by a percent or two.
        EtsForecaster forecaster = Fitted(Quarters(s_tourists), EtsModel.HoltWintersMultiplicative, 4);
        Near([77.58807372, 48.8558019, 61.36513172, 66.85524201],
            Ahead(forecaster, s_tourists, row => new DateTime(1999, 1, 1).AddMonths(3 * row), 4), 0.02);
        Assert.Equal(9, Of(forecaster).ParameterCount);
    }

    [Fact]
    public void The_model_of_lowest_aicc_is_chosen_and_the_season_found()
    {
        ForecastSplit split = Quarters(s_tourists);
        EtsParameters chosen = Of(Fitted(split));
        Assert.Equal(4, chosen.Period);
        Assert.Equal(EtsSeason.Multiplicative, chosen.Model.Season);
        foreach (EtsModel other in new[] { EtsModel.Simple, EtsModel.Holt, EtsModel.DampedHolt, EtsModel.HoltWintersAdditive,
            EtsModel.HoltWintersMultiplicative })
            Assert.True(chosen.Aicc <= Of(Fitted(split, other, 4)).Aicc + 1e-9, other.ToString());
    }

    [Fact]
    public void States_follow_the_values_with_the_parameters_as_they_are()
    {
        // Damped Holt by hand from its equations in fpp3, section 8.2, in level and trend form rather than by error correction.
        var series = new TimeSeries("t.csv", [.. Enumerable.Range(0, 49).Select(row => new DateTime(1965, 1, 1).AddYears(row))],
            ("x", s_oil));
        var split = new ForecastSplit(series, "x", "1965..1999", "2003..", 4);
        EtsForecaster forecaster = Fitted(split, EtsModel.DampedHolt);
        EtsParameters p = Of(forecaster);
        double level = p.Level, trend = p.Trend, share = p.Beta / p.Alpha;
        HorizonForecast ahead = forecaster.Ahead(split, 2);
        for (int row = 0; row < 48; row++)
        {
            if (row - 38 is >= 0 and int origin && origin < ahead.Origins)
            {
                Assert.Equal(1, ahead[origin, 1] / (level + (p.Phi * trend)), 1e-12);
                Assert.Equal(1, ahead[origin, 2] / (level + ((p.Phi + (p.Phi * p.Phi)) * trend)), 1e-12);
            }

            double newLevel = (p.Alpha * s_oil[row]) + ((1 - p.Alpha) * (level + (p.Phi * trend)));
            trend = (share * (newLevel - level)) + ((1 - share) * p.Phi * trend);
            level = newLevel;
        }
    }

    [Fact]
    public void A_straight_line_and_a_repeating_season_are_continued()
    {
        static DateTime Date(int row) => new DateTime(1999, 1, 1).AddMonths(3 * row);
        double[] line = [.. Enumerable.Range(0, 30).Select(t => 5 + (2.0 * t))];
        Near([65, 67, 69], Ahead(Fitted(Split(line, Date)), line, Date, 3), 1e-4);
        double[] seasons = [.. Enumerable.Range(0, 40).Select(t => 50 + t + (new double[] { 5, -3, -4, 2 })[t % 4])];
        EtsForecaster found = Fitted(Split(seasons, Date));
        Assert.Equal(4, Of(found).Period);
        Near([95, 88, 88, 95], Ahead(found, seasons, Date, 4), 1e-3);
    }

    [Fact]
    public void New_values_without_the_training_rows_start_from_their_own_first_states()
    {
        // With α near 1 little is left of the first states after 40 values.
        EtsForecaster forecaster = Fitted(Years(s_oil), EtsModel.DampedHolt);
        double[] whole = Ahead(forecaster, s_oil, row => new DateTime(1965, 1, 1).AddYears(row), 2),
            part = Ahead(forecaster, s_oil[9..], row => new DateTime(1974, 1, 1).AddYears(row), 2);
        Near(whole, part, 5e-3);
        EtsForecaster positive = Fitted(Years(s_oil), new EtsModel(EtsError.Multiplicative, EtsTrend.None, EtsSeason.None));
        Assert.Equal(
            "The values to continue are not all above 0, as ETS(M,N,N) needs. Train the ETS forecast again on values like these.",
            Assert.Throws<UnrollException>(() => Ahead(positive, [1, 2, 0, 3], row => new DateTime(1980, 1, 1).AddYears(row), 2)).Message);
        Assert.NotEqual(whole, part);
    }

    [Fact]
    public void Nelder_and_mead_find_the_minimum_of_rosenbrocks_valley_and_of_a_bowl()
    {
        double[] valley = NelderMead.Minimize(x => (100 * Math.Pow(x[1] - (x[0] * x[0]), 2)) + Math.Pow(1 - x[0], 2), [-1.2, 1], 2000);
        Assert.Equal(1, valley[0], 1e-4);
        Assert.Equal(1, valley[1], 1e-4);
        Gen.Double[-3, 3].Array[1, 6].Sample(bottom =>
            NelderMead.Minimize(x => x.Zip(bottom, (a, b) => (a - b) * (a - b)).Sum(), new double[bottom.Length], 4000)
                .Zip(bottom, (a, b) => Math.Abs(a - b)).Max() < 1e-3, iter: 100);
    }

    [Fact]
    public void What_cannot_be_fitted_is_refused()
    {
        string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;
        double[] mixed = [.. Enumerable.Range(0, 30).Select(t => Math.Sin(t))];
        Assert.Equal("Exponential smoothing cannot learn seasons of 168 rows. Give a period of 2 to 24, or 1 for none.",
            Refused(() => Fitted(Years(mixed), period: 168)));
        Assert.Equal(
            "x in ..1994-01-01 holds values that are not above 0, for which ETS(M,A,M) is not defined. Use a model with additive error and "
                + "season.",
            Refused(() => Fitted(Years(mixed), EtsModel.HoltWintersMultiplicative, 4)));
        Assert.Equal(
            "x in ..1994-01-01 shows no season of at most 24 rows that repeats with the calendar, as ETS(A,A,A) needs. Give a period, or "
                + "use a model without a season.",
            Refused(() => Fitted(Years(mixed), EtsModel.HoltWintersAdditive)));
        Assert.Equal(
            "x in ..1972-01-01 has 8 rows, which cannot be fitted by ETS(A,A,A). Use a longer training range or a simpler model.",
            Refused(() => Fitted(Years(mixed[..8]), EtsModel.HoltWintersAdditive, 4)));
    }
}
