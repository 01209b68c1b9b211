using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

public class RidgeForecasterTests
{
    private static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;

    [Fact]
    public void Known_columns_the_calendar_and_columns_alike_are_found_and_used()
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 700), 100, 24, MadeTables.AllInputs);
        RidgeForecaster linear = Fitted(new RidgeForecaster(Recipe(2)), split, 2),
            alone = Fitted(new RidgeForecaster(Recipe(2)), MadeTables.Split(MadeTables.Of("daily", 700), 100, 24), 2);
        Assert.Contains("event", linear.Notes[0], StringComparison.Ordinal);
        Assert.DoesNotContain("event", alone.Notes[0], StringComparison.Ordinal);
        // The event is worth 6, the noise 0.2 and 0.3: a forecast that does not know the event errs by about 1.7.
        Assert.InRange(Rmse(linear, split), 0.3, 0.8);
        Assert.InRange(Rmse(linear, split, 2), 0.3, 0.9);
        Assert.InRange(Rmse(alone, split), 1.2, 2.5);
    }

    [Fact]
    public void A_recursion_is_found_again()
    {
        // Each change is −0.6 of the one before, with noise.
        double[] x = new double[400], noise = TestData.Normal(400, 4);
        (x[0], x[1]) = (100, 101);
        for (int t = 2; t < 400; t++)
            x[t] = x[t - 1] - (0.6 * (x[t - 1] - x[t - 2])) + noise[t];
        ForecastSplit split = MadeTables.Split(MadeTables.Days(x), 40, 5);
        RidgeForecaster linear = Fitted(new RidgeForecaster(Recipe(2, transform: TargetTransform.Difference)), split, 2);
        double[] ahead = linear.Ahead(MadeTables.Days([.. x[..348], 110, 110, 110, 110, 114]), 2);
        Assert.Equal(111.6, ahead[0], 0.4);
        Assert.Equal(113.04, ahead[1], 0.4);
    }

    [Fact]
    public void All_forecasters_of_a_split_share_what_was_chosen()
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 300), 30, 14, MadeTables.AllInputs);
        EnsembleRecipe recipe = Recipe(2);
        PlanChoice Choice(EnsembleRecipe of, params ForecastSplit[] series) =>
            PlanChoice.Of(series, of, null, TestContext.Current.CancellationToken);
        ForecastSplit beside = MadeTables.Split(MadeTables.Of("daily", 290), 30, 14, MadeTables.AllInputs);
        Assert.Same(Choice(recipe, split), Choice(recipe with { Members = 9 }, split));
        Assert.NotSame(Choice(recipe, split), Choice(recipe with { Validation = 0.3 }, split));
        Assert.NotSame(Choice(recipe, split), Choice(recipe, split, beside));
        Assert.Same(Choice(recipe, split, beside), Choice(recipe, split, beside));
        RidgeForecaster linear = Fitted(new RidgeForecaster(recipe), split, 2);
        Assert.Equal(linear.Notes, Fitted(new EnsembleForecaster(recipe), split).Notes);
    }

    [Fact]
    public void A_cancelled_fit_ends()
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 300), 30, 14, MadeTables.AllInputs);
        var linear = new RidgeForecaster(Recipe(2));
        Assert.Throws<OperationCanceledException>(() => linear.Fit(split, null, new CancellationToken(true)));
        Assert.Equal("The ridge forecaster is not fitted yet. Call Fit first.",
            Assert.Throws<InvalidOperationException>(() => linear.Ahead(split, 1)).Message);
    }

    [Fact]
    public void What_cannot_be_predicted_is_refused()
    {
        TimeSeries table = MadeTables.Of("daily", 300);
        ForecastSplit split = MadeTables.Split(table, 30, 24, MadeTables.AllInputs);
        RidgeForecaster linear = Fitted(new RidgeForecaster(Recipe(3)), split, 3);
        Assert.Equal("The ridge was fitted to forecast 3 rows ahead, not 4. Fit it with a longer horizon.",
            Refused(() => linear.Ahead(split, 4)));
        Assert.Equal("The ridge was fitted to forecast 3 rows ahead, not 4. Fit it with a longer horizon.",
            Refused(() => linear.Ahead(table, 4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => linear.Ahead(split, 0));
        ForecastSplit two = MadeTables.Split(table, 2, 24, MadeTables.AllInputs);
        Assert.Equal($"The test range {two.TestRange} has 2 rows, 1 too few to judge 3 rows ahead. Choose a longer test range or a shorter "
            + "horizon.", Refused(() => linear.Ahead(two, 3)));
        Assert.Equal("t.csv has 5 rows with a x, but the ridge looks at the newest 24. Give it at least 24 rows.",
            Refused(() => linear.Ahead(table.Head(5), 1)));
        ForecastSplit shorter = MadeTables.Split(table.Head(25), 12, 5, MadeTables.AllInputs);
        Assert.Equal(
            $"Only 13 rows of x come before the test range {shorter.TestRange}, but the ridge looks at 24. Use a longer training range.",
            Refused(() => linear.Ahead(shorter, 1)));
        Assert.Equal(
            "t.csv does not say what event will be in the 2 rows after 2015-10-31. Add rows with a date, the known columns and an empty x.",
            Refused(() => linear.Ahead(table, 2)));
    }
}
