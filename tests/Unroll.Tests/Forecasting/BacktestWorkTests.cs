using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>A backtest that was ended goes on where it was, and ends as one that was not, to the bit.</summary>
public sealed class BacktestWorkTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    private FinishedWork Open() => FinishedWork.Open(Path.Combine(_files.Folder, "work"), "setup");

    private static BacktestResult Run(FinishedWork? work, IProgress<BacktestEvent>? progress = null, CancellationToken token = default)
    {
        ForecastTask task = BacktestTests.Shops();
        EnsembleRecipe recipe = SmallEnsembles.Recipe(steps: 2, members: 2, epochs: 2) with { Head = ForecastHead.Quantile };
        return Backtest.Run(task, [() => BlendForecaster.Of([recipe], task)], new BacktestOptions { RefitEvery = 7, Work = work }, progress,
            token);
    }

    private static double[] Numbers(BacktestResult result) =>
        [.. result.Comparison.Scores.Append(result.Comparison.WithoutNetworks!).SelectMany(score => score.Forecast.Parts)
            .SelectMany(part => BacktestTests.Numbers(part))];

    /// <summary>Ended at the beginning of each fit of the blend, and in the middle of one.</summary>
    [Theory]
    [InlineData(2, BacktestEventKind.FitStarted)]
    [InlineData(3, BacktestEventKind.FitStarted)]
    [InlineData(2, BacktestEventKind.Fitting)]
    [InlineData(3, BacktestEventKind.Predicted)]
    public void Continued_is_uninterrupted_to_the_bit(int fit, BacktestEventKind kind)
    {
        double[] whole = Numbers(Run(null, token: BacktestTests.Token));
        using var source = new CancellationTokenSource();
        int trainings = 0;
        var stop = new BacktestTests.Told<BacktestEvent>(moment =>
        {
            if (moment.Forecaster == "blend" && moment.Fit == fit && moment.Kind == kind
                && (kind != BacktestEventKind.Fitting || (moment.Moment.Training is not null && ++trainings == 9)))
                source.Cancel();
        });
        if (fit == 3 && kind == BacktestEventKind.Predicted)
            Run(Open(), stop, source.Token);
        else
            Assert.Throws<OperationCanceledException>(() => Run(Open(), stop, source.Token));
        var told = new BacktestTests.Told<BacktestEvent>();
        Assert.Equal(whole, Numbers(Run(Open(), told, BacktestTests.Token)));
        int[] fitted = [.. told.Events.Where(moment => moment is { Forecaster: "blend", Kind: BacktestEventKind.FitEnded })
            .Select(moment => moment.Fit)];
        Assert.Equal(kind == BacktestEventKind.Predicted ? [] : Enumerable.Range(fit, 3 - fit + 1), fitted);
        Assert.DoesNotContain(told.Events, moment => moment.IsBaseline && moment.Kind == BacktestEventKind.FitEnded);
    }

    [Fact]
    public void A_fit_does_not_find_the_networks_of_another_fit()
    {
        FinishedWork work = Open();
        Run(work, token: BacktestTests.Token);
        double[] again = Numbers(Run(work, token: BacktestTests.Token));
        Assert.Equal(Numbers(Run(null, token: BacktestTests.Token)), again);
        work.Within("a").AddText("b", "text");
        Assert.Equal("text", Open().Within("a").FindText("b"));
        Assert.Equal("text", Open().FindText("a/b"));
        Assert.Null(Open().Within("c").FindText("b"));
    }
}
