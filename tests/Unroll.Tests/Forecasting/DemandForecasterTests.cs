using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Croston's forecast beside R's forecast package 8.20, and that of Teunter, Syntetos and Babai beside its equations.</summary>
public class DemandForecasterTests
{
    private static readonly double[] s_demand = [0, 0, 3, 0, 0, 0, 5, 0, 1, 0, 0, 0, 0, 4, 0, 0, 2, 0, 0, 0, 0, 0, 7, 0, 0, 1, 0, 0, 0, 3];

    private static readonly Part s_part = new("", "x");

    /// <summary>All but the newest row to train on.</summary>
    private static T Fitted<T>(T forecaster, params double[] values)
        where T : IForecaster
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Days([.. values, 0]), 1, 2);
        forecaster.Fit(new ForecastTask(split, 1), null, TestContext.Current.CancellationToken);
        return forecaster;
    }

    [Fact]
    public void Crostons_forecast_is_that_of_r()
    {
        // R: forecast::croston(y, h = 1, alpha)$mean, of all 30 rows and of the first 20.
        TimeSeries table = MadeTables.Days(s_demand);
        CrostonForecaster tenth = Fitted(new CrostonForecaster(corrected: false, alpha: 0.1), s_demand);
        Assert.Equal(0.900985092156, tenth.Next(table), 1e-11);
        Assert.Equal(0.802824451489, Fitted(new CrostonForecaster(false, 0.3), s_demand).Next(table), 1e-11);
        Assert.Equal(0.93754531984, tenth.Next(table.Head(20)), 1e-10);
        Assert.Equal(0.95 * 0.900985092156, Fitted(new CrostonForecaster(alpha: 0.1), s_demand).Next(table), 1e-11);
    }

    [Fact]
    public void Every_row_is_forecast_as_by_r()
    {
        // R: forecast::croston(y)$fitted, rows 7 to 18.
        double[] fitted =
        [
            1, 1.032258064516, 1.032258064516, 0.996655518395, 0.996655518395, 0.996655518395, 0.996655518395, 0.996655518395,
            0.965841429019, 0.965841429019, 0.965841429019, 0.937545319840,
        ];
        var split = new ForecastSplit(MadeTables.Days(s_demand), "x", "..2015-01-10", "2015-01-11..", 1);
        var forecaster = new CrostonForecaster(false, 0.1);
        forecaster.Fit(new ForecastTask(split, 1), null, TestContext.Current.CancellationToken);
        Assert.Equal(fitted, forecaster.Predicted(split)[..12], (a, b) => Math.Abs(a - b) < 1e-11);
    }

    [Fact]
    public void Size_and_probability_follow_the_equations_of_teunter_syntetos_and_babai()
    {
        double size = s_demand.Where(value => value > 0).Average(), probability = s_demand.Count(value => value > 0) / 30.0;
        foreach (double value in s_demand)
        {
            (size, probability) = value > 0
                ? ((0.8 * size) + (0.2 * value), (0.8 * probability) + 0.2)
                : (size, 0.8 * probability);
        }

        TsbForecaster forecaster = Fitted(new TsbForecaster(0.2), s_demand);
        Assert.Equal(size * probability, forecaster.Next(MadeTables.Days(s_demand)), 1e-12);

        // Without demand the forecast falls by the same share in every row; Croston's stays.
        TimeSeries idle = MadeTables.Days([.. s_demand, .. new double[10]]);
        Assert.Equal(Math.Pow(0.8, 10) * size * probability, forecaster.Next(idle), 1e-12);
        CrostonForecaster croston = Fitted(new CrostonForecaster(true, 0.2), s_demand);
        Assert.Equal(croston.Next(MadeTables.Days(s_demand)), croston.Next(idle));
    }

    /// <summary>Shares that are found differ; the correction is that of the interval, by which the size is divided.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Size_and_interval_have_shares_of_their_own(bool isCorrected)
    {
        double[] demand = [.. Enumerable.Range(0, 60).Select(row => row * row % 7 == 2 ? 4 + (row / 6) + (row % 5) : 0.0)];
        CrostonForecaster forecaster = Fitted(new CrostonForecaster(isCorrected), demand);
        DemandParameters p = forecaster.ParametersOf(s_part);
        Assert.NotEqual(p.SizeShare, p.RateShare, 1e-2);
        double size = 0, interval = 0, since = 0;
        foreach (double value in demand)
        {
            since++;
            if (value == 0)
                continue;
            (size, interval) = interval == 0
                ? (value, since)
                : (size + (p.SizeShare * (value - size)), interval + (p.RateShare * (since - interval)));
            since = 0;
        }

        Assert.Equal((isCorrected ? 1 - (p.RateShare / 2) : 1) * size / interval, forecaster.Next(MadeTables.Days(demand)), 1e-12);
    }

    [Fact]
    public void Buckets_are_smoothed_and_divided_as_nikolopoulos_and_others_do()
    {
        // 8 demands in 30 rows: an interval of 3.75, so buckets of 4, of which the newest 28 rows have 3, 6, 4, 2, 0, 8 and 3. In Python.
        TimeSeries table = MadeTables.Days(s_demand);
        AdidaForecaster fifth = Fitted(new AdidaForecaster(0.2), s_demand), found = Fitted(new AdidaForecaster(), s_demand);
        Assert.Equal(4, fifth.IntervalOf(s_part));
        Assert.Equal(0.898032, fifth.Next(table), 1e-12);
        Assert.Equal(0.7272, fifth.Next(table.Head(20)), 1e-12);
        Assert.Equal(0.932, fifth.Next(table.Head(19)), 1e-12);
        Assert.Equal(0.97265625, Fitted(new AdidaForecaster(0.5), s_demand).Next(table), 1e-12);
        Assert.Equal(0.01, found.ShareOf(s_part));
        Assert.Equal(0.7621324178992499, found.Next(table), 1e-12);
        Assert.Equal(1, fifth.Next(table.Head(3)), 1e-12);
    }

    [Fact]
    public void The_shares_found_leave_no_larger_errors_than_others() =>
        Gen.Int[0, 9].Select(value => value < 6 ? 0.0 : value).Array[40].Where(values => values.Count(value => value > 0) > 2).Sample(
            values =>
            {
                double croston = Fitted(new CrostonForecaster(), values).ParametersOf(s_part).SquaredErrors;
                double tsb = Fitted(new TsbForecaster(), values).ParametersOf(s_part).SquaredErrors;
                foreach (double share in (double[])[0.05, 0.1, 0.2, 0.4, 0.8])
                {
                    Assert.True(croston <= Fitted(new CrostonForecaster(alpha: share), values).ParametersOf(s_part).SquaredErrors * 1.0001);
                    Assert.True(tsb <= Fitted(new TsbForecaster(share), values).ParametersOf(s_part).SquaredErrors * 1.0001);
                }
            },
            iter: 20,
            threads: 1);

    [Fact]
    public void Without_any_demand_nothing_is_forecast()
    {
        TimeSeries single = MadeTables.Days([.. new double[9], 25, 0, 0]);
        DateTime[] later = [.. Enumerable.Range(0, 20).Select(day => new DateTime(2016, 1, 1).AddDays(day))];
        Assert.Equal(0, Fitted(new CrostonForecaster(), s_demand).Next(new TimeSeries("t.csv", later, ("x", new double[20]))));
        Assert.Equal(2.5, Fitted(new CrostonForecaster(false), [.. new double[9], 25, .. new double[5]]).Next(single), 1e-12);
    }

    [Fact]
    public void A_value_below_0_is_no_demand()
    {
        double[] back = [.. s_demand.Select((value, row) => row is 3 or 28 ? -value - 2 : value)];
        TimeSeries table = MadeTables.Days(back), none = MadeTables.Days(s_demand);
        Assert.Equal(Fitted(new CrostonForecaster(alpha: 0.2), s_demand).Next(none),
            Fitted(new CrostonForecaster(alpha: 0.2), back).Next(table));
        Assert.Equal(Fitted(new TsbForecaster(0.2), s_demand).Next(none), Fitted(new TsbForecaster(0.2), back).Next(table));
        Assert.Equal(Fitted(new AdidaForecaster(0.2), s_demand).Next(none), Fitted(new AdidaForecaster(0.2), back).Next(table));
    }

    [Fact]
    public void What_is_no_share_is_refused()
    {
        string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;
        Assert.Equal(
            "A share of 0 smooths no demand. Give an alpha above 0 and at most 1, or none to find it in the training rows.",
            Refused(() => Fitted(new CrostonForecaster(alpha: 0), 1, 0, 2)));
        Assert.StartsWith("A share of 0 smooths no buckets.", Refused(() => Fitted(new AdidaForecaster(0), 1, 0, 2)),
            StringComparison.Ordinal);
        Assert.StartsWith("A share of 1.5 ", Refused(() => Fitted(new TsbForecaster(1.5), 1, 0, 2)), StringComparison.Ordinal);
    }
}
