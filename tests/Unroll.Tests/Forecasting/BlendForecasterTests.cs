using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>The forecast that is recommended: a weighted mean of others.</summary>
public class BlendForecasterTests
{
    public static TheoryData<string> Shapes => [.. MadeTasks.Shapes];

    private static BlendForecaster Of(ForecastTask task) =>
        Fitted(new BlendForecaster([new EnsembleForecaster(Recipe(epochs: 2)), new RidgeForecaster(Recipe()), new NaiveForecaster(),
            new SeasonalNaiveForecaster(7), new DriftForecaster()]), task);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void It_is_the_sum_of_its_members_in_their_shares_which_sum_to_1(string shape)
    {
        ForecastTask task = MadeTasks.Of(shape, steps: 3);
        BlendForecaster blend = Of(task);
        Forecast mixed = blend.Predict(task);
        Forecast[] members = [.. blend.Members.Select(member => member.Predict(task))];
        foreach (Part part in task.Parts)
        {
            for (int step = 1; step <= 3; step++)
            {
                IReadOnlyDictionary<string, double> shares = blend.Shares(part, step);
                Assert.Equal(1, shares.Values.Sum(), 1e-12);
                Assert.All(shares, share =>
                    Assert.True(share.Value > 0 && blend.Members.Any(member => member.Key == share.Key), share.Key));
                for (int origin = 0; origin < mixed[part].Origins; origin++)
                    Assert.Equal(blend.Members.Select((member, k) => shares.GetValueOrDefault(member.Key) * members[k][part][origin, step])
                        .Sum(), mixed[part][origin, step], 1e-7);
            }

            Assert.Throws<ArgumentOutOfRangeException>(() => blend.Shares(part, 0));
            Assert.Throws<ArgumentOutOfRangeException>(() => blend.Shares(part, 4));
        }

        Assert.Equal(1, blend.MeanShares().Values.Sum(), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rows_after_an_origin_change_no_share_no_forecast_and_no_interval(string shape)
    {
        const int Known = 13;
        ForecastTask task = MadeTasks.Of(shape), other = MadeTasks.Of(shape, MadeTasks.With(
            task.Data, (_, rows) => MadeTables.Spoilt(rows, rows.Rows - MadeTasks.Test + Known, row => 1e5 + (977 * row), "event")));
        BlendForecaster one = Of(task), two = Of(other);
        Assert.Equal(Bytes(one), Bytes(two));
        Forecast expected = one.Predict(task), actual = two.Predict(other);
        foreach (Part part in task.Parts)
            Assert.Equal(expected[part].AllRows()[..(2 * (Known + 1))], actual[part].AllRows()[..(2 * (Known + 1))]);
    }

    [Fact]
    public void Without_networks_the_others_share_anew()
    {
        ForecastTask task = MadeTasks.Of(MadeTasks.Table);
        BlendForecaster blend = Of(task), without = blend.Without(ForecasterKind.Network)!;
        Assert.Equal(["ridge", "naive", "seasonal-naive", "drift"], without.Members.Select(member => member.Key));
        BlendForecaster never = Fitted(new BlendForecaster(
            [new RidgeForecaster(Recipe()), new NaiveForecaster(), new SeasonalNaiveForecaster(7), new DriftForecaster()]), task);
        Assert.Equal(never.Predict(task).AllRows(), without.Predict(task).AllRows());
        Assert.Null(without.Without(ForecasterKind.Network));
        Assert.Null(new BlendForecaster([new NaiveForecaster()]).Without(ForecasterKind.Baseline));
    }

    /// <summary>Shares and inputs stay, all is fitted anew, and the errors on the rows that were test rows make the intervals.</summary>
    [Fact]
    public void Fitted_again_to_all_rows_it_keeps_its_choices_and_learns_of_its_errors()
    {
        ForecastTask task = MadeTasks.Of(MadeTasks.Table);
        Part part = task.Parts[0];
        BlendForecaster blend = Of(task);
        IReadOnlyDictionary<string, double> shares = blend.Shares(part, 1);
        Forecast judged = blend.Predict(task);
        blend.Refit(task.Whole(), null, TestContext.Current.CancellationToken);
        Assert.Equal(shares, blend.Shares(part, 1));
        Assert.Equal(task[part].Table.LastDate, blend.TrainedOn.Last);
        TrackRecord track = blend.Models[part].Track!;
        Assert.Equal(task[part].Test.ToArray(), track.LaterActual);
        for (int origin = 0; origin < judged[part].Origins; origin++)
            Assert.Equal(judged[part].From(origin), track.Later[origin]);
    }

    [Fact]
    public void A_baseline_that_cannot_be_fitted_has_no_share_and_it_is_said()
    {
        ForecastTask task = MadeTasks.Of(MadeTasks.Table);
        BlendForecaster blend = Fitted(new BlendForecaster([new RidgeForecaster(), new SeasonalNaiveForecaster(500)]), task);
        Assert.Equal("ridge", Assert.Single(blend.Members).Key);
        Assert.StartsWith("The seasonal naive forecast has no share: ", blend.Notes[0], StringComparison.Ordinal);
        Assert.Throws<UnrollException>(() => Fitted(new BlendForecaster([new SeasonalNaiveForecaster(500)]), task));
    }

    [Fact]
    public void A_share_of_0_silences_what_is_infinite()
    {
        double[] x = [.. TestData.Normal(60, 3).Select(e => 20 + e)];
        ForecastSplit split = MadeTables.Split(MadeTables.Days(x), 10, 4);
        BlendForecaster fitted = Fitted(new BlendForecaster([new NaiveForecaster(), new LeastSquaresForecaster(1)]), split);
        var broken = new BaselineModel(new LeastSquaresRule([double.PositiveInfinity, 0]))
        {
            Part = fitted.Parts[0],
            Facts = fitted.Models.Values.Single().Facts
        };
        var none = new BaselineModel(BaselineRule.Restore(new BaselineState("least squares", Weights: [1e308, 1e308]), "x"))
        {
            Part = broken.Part,
            Facts = broken.Facts
        };
        var model = new BlendModel([((BlendModel)fitted.Models.Values.Single()).Members[0], none], [[1], [0]])
        {
            Part = broken.Part,
            Facts = broken.Facts
        };
        Assert.Equal(x[^11], model.Ahead(split.Table, split.Table.Rows - 11, 1, 1).Values[0][0]);
    }

    [Fact]
    public void Members_are_reported_one_after_the_other()
    {
        var told = new BacktestTests.Told<ForecastEvent>();
        var blend = new BlendForecaster([new EnsembleForecaster(Recipe(epochs: 1)), new RidgeForecaster(), new NaiveForecaster()]);
        blend.Fit(MadeTasks.Of(MadeTasks.Table), told, TestContext.Current.CancellationToken);
        Assert.Equal(["GRU", "ridge", "naive", "blend"], told.Events.Select(moment => moment.Forecaster).Distinct());
        Assert.Equal(("blend", ForecasterKind.Blend, blend.Members[0].Parameters), (blend.Key, blend.Kind, blend.Parameters));
        Assert.NotNull(blend.History);
    }

    [Fact]
    public void What_is_no_blend_is_refused()
    {
        Assert.StartsWith("A blend needs at least one member.", Assert.Throws<ArgumentException>(() => new BlendForecaster([])).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("Two members are named gru.", Assert.Throws<ArgumentException>(() =>
            new BlendForecaster([new EnsembleForecaster(Recipe()), new EnsembleForecaster(Recipe())])).Message, StringComparison.Ordinal);
    }
}
