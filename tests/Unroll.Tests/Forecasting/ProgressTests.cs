using Unroll.Forecasting;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>How far fits, judging and backtests are: told by one thread at a time, never backwards, to the end.</summary>
public class ProgressTests
{
    private static readonly string[] s_members = ["GRU", "ridge", "seasonal naive", "Theta", "ETS", "ARIMA"];

    public static TheoryData<string, int> ShapesOnThreads =>
        [.. from shape in MadeTasks.Shapes from threads in (int[])[1, 3] select (shape, threads)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static BlendForecaster Blend(int threads) => new(
    [
        new EnsembleForecaster(Recipe(epochs: 2, threads: threads)),
        new RidgeForecaster(Recipe(threads: threads)) { Threads = threads },
        new SeasonalNaiveForecaster(7) { Threads = threads },
        new ThetaForecaster { Threads = threads },
        new EtsForecaster(new EtsModel(EtsError.Additive, EtsTrend.None, EtsSeason.None)) { Threads = threads },
        new ArimaForecaster(new ArimaOrder(1, 0, 0)) { Threads = threads },
    ]);

    [Theory]
    [MemberData(nameof(ShapesOnThreads))]
    public void A_blend_tells_of_all_members_and_all_series(string shape, int threads)
    {
        ForecastTask task = MadeTasks.Of(shape);
        BlendForecaster blend = Blend(threads);
        var fit = new Heard();
        blend.Fit(task, fit, Token);
        fit.RequireOrder();
        Assert.Equal([.. s_members, "blend"], fit.All.Select(moment => moment.Forecaster).Distinct());
        foreach (string rule in s_members[2..])
        {
            int[] done = [.. fit.All.Where(moment => moment.Forecaster == rule).Select(moment => moment.Done)];
            Assert.Equal(Enumerable.Range(0, task.Parts.Count + 1), done);
            Assert.All(fit.All.Where(moment => moment.Forecaster == rule),
                moment => Assert.Equal((ForecastStage.Fitting, task.Parts.Count), (moment.Stage, moment.Count)));
        }

        // Inputs are chosen once, by the member that is fitted first.
        Assert.Equal(["GRU"], fit.All.Where(moment => moment.Stage == ForecastStage.Choosing).Select(moment => moment.Forecaster)
            .Distinct());
        Assert.Contains(fit.All,
            moment => moment is { Forecaster: "GRU", Stage: ForecastStage.Training, Training.Kind: TrainingEventKind.EpochEnded });
        Assert.Contains(fit.All, moment => moment is { Forecaster: "ridge", Stage: ForecastStage.Fitting });

        var judging = new Heard();
        var comparison = new Comparison(task, blend, judging, Token);
        judging.RequireOrder();
        Assert.Equal(comparison.Scores.Select(score => score.Name).Order(),
            judging.All.Where(moment => moment.Stage == ForecastStage.Judging).Select(moment => moment.Forecaster).Distinct().Order());

        var again = new Heard();
        blend.Refit(task.Whole(), again, Token);
        again.RequireOrder();
        Assert.Equal(["blend", .. s_members], again.All.Select(moment => moment.Forecaster).Distinct());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Series_that_are_too_short_are_told_too(int threads)
    {
        ForecastTask task = MadeTasks.Of(
            MadeTasks.Series, MadeTasks.With(MadeTasks.Data(MadeTasks.Series), (key, rows) => key == "West" ? rows.Tail(48) : rows));
        var heard = new Heard();
        new RidgeForecaster(Recipe(threads: threads)) { Threads = threads }.Fit(task, heard, Token);
        heard.RequireOrder();
        Assert.Contains(heard.All, moment => moment is { Stage: ForecastStage.Fitting, Done: 1, Count: 1 });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_backtest_goes_forward_through_all_fits(int threads)
    {
        ForecastTask task = MadeTasks.Of(MadeTasks.Series);
        var heard = new BacktestTests.Told<BacktestEvent>();
        Backtest.Run(task, [() => Blend(threads)], new BacktestOptions { RefitEvery = 20 }, heard, Token);
        Assert.All(heard.Events.Zip(heard.Events.Skip(1)), pair => Assert.True(pair.First.Share <= pair.Second.Share, $"{pair}"));
        Assert.Equal((1.0, BacktestEventKind.Predicted), (heard.Events[^1].Share, heard.Events[^1].Kind));
        Assert.Superset(s_members.ToHashSet(), heard.Events.Where(moment => moment.Forecaster == "blend")
            .Select(moment => moment.Moment.Forecaster).ToHashSet());
    }

    /// <summary>Events, and whether they came alone.</summary>
    private sealed class Heard : IProgress<ForecastEvent>
    {
        private int _inside, _most;

        public List<ForecastEvent> All { get; } = [];

        public void Report(ForecastEvent value)
        {
            _most = Math.Max(_most, Interlocked.Increment(ref _inside));
            All.Add(value);
            Interlocked.Decrement(ref _inside);
        }

        public void RequireOrder()
        {
            Assert.Equal(1, _most);
            Assert.All(All.Zip(All.Skip(1)),
                pair => Assert.True(pair.First.Share <= pair.Second.Share && pair.First.Elapsed <= pair.Second.Elapsed, $"{pair}"));
            Assert.All(All, moment => Assert.InRange(moment.Done, 0, moment.Count));
            Assert.Equal((ForecastStage.Done, 1.0, (TimeSpan?)TimeSpan.Zero), (All[^1].Stage, All[^1].Share, All[^1].Left));
            Assert.Single(All, moment => moment.Stage == ForecastStage.Done);
        }
    }
}
