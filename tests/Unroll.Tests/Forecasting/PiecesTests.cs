using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>
/// Runs that are made in pieces, each in a folder of its own as on another machine, in any order: they end as one, to the bit.
/// </summary>
public sealed class PiecesTests : IDisposable
{
    private const int Horizon = 6;
    private readonly TestFiles _files = new();
    private int _folders;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    private FinishedWork Open(string setup = "setup") => FinishedWork.Open(Path.Combine(_files.Folder, $"work{++_folders}"), setup);

    /// <summary>Does each piece with work of its own, twice, and puts all together.</summary>
    private FinishedWork Together(IEnumerable<Action<FinishedWork>> pieces)
    {
        FinishedWork whole = Open();
        foreach (Action<FinishedWork> piece in pieces.Reverse())
        {
            (FinishedWork one, FinishedWork other) = (Open(), Open());
            piece(one);
            piece(other);
            byte[] content = one.Pack(out byte[] measured);
            Assert.Equal(content, other.Pack(out _));
            whole.Unpack(content, measured);
            whole.Unpack(content, []);
        }

        return whole;
    }

    private static TimeSeries Months(string key, int rows, int seed) => new(
        key,
        [.. Enumerable.Range(96 - rows, rows).Select(month => new DateTime(2010, 1, 1).AddMonths(month))],
        ("x", [.. Enumerable.Range(96 - rows, rows).Select(month =>
            100 + month + (seed * Math.Sin(month * Math.PI / 6)) + (month * (7 + seed) % 11))]));

    private static ForecastTask Panel(params int[] rows) => new(
        new SeriesSet("shops.csv", [.. rows.Select((count, i) => ($"S{i}", Months($"S{i}", count, i)))]),
        new TaskOptions { Targets = ["x"], Horizon = Horizon, TestRows = Horizon });

    private static BlendForecaster Blend(ForecastTask task, FinishedWork? work)
    {
        var blend = BlendForecaster.Of([SmallEnsembles.Recipe(Horizon, members: 3, epochs: 3)], task);
        foreach (BaselineForecaster rule in blend.Members.OfType<BaselineForecaster>())
            rule.RowsAGroup = 150;
        blend.Work = work;
        blend.Threads = 1;
        return blend;
    }

    /// <summary>A blend, fitted piece by piece.</summary>
    private FinishedWork InPieces(ForecastTask task) => Together(Blend(task, null).Pieces(task).Select(piece =>
        (Action<FinishedWork>)(work => Blend(task, work).FitPiece(piece, task, true, Token))));

    /// <summary>Judged on the test rows, and what is saved once it is fitted again to all rows.</summary>
    private static (double[] Judged, byte[] Saved, string[] Notes) Results(ForecastTask task, FinishedWork? work)
    {
        BlendForecaster blend = Blend(task, work);
        blend.Fit(task, null, Token);
        double[] judged = [.. blend.Predict(task).Parts.SelectMany(part => BacktestTests.Numbers(part))];
        blend.Refit(task.Whole(), null, Token);
        return (judged, SmallEnsembles.Bytes(blend), [.. blend.Notes]);
    }

    /// <summary>Plain series, and some of which one is too short to learn from.</summary>
    [Theory]
    [InlineData(96, 96, 96, 96, 90)]
    [InlineData(96, Horizon + 4, 96, 80)]
    public void A_blend_in_pieces_is_one_to_the_bit(params int[] rows)
    {
        ForecastTask task = Panel(rows);
        (double[] judged, byte[] saved, string[] notes) = Results(task, null);
        IReadOnlyList<string> pieces = Blend(task, null).Pieces(task);
        Assert.Equal(["gru/0", "gru/1", "gru/2"], pieces.Take(3));
        Assert.Contains("arima/1", pieces);
        Assert.Contains("ets/1", pieces);
        FinishedWork whole = InPieces(task);
        (double[] judgedThen, byte[] savedThen, string[] notesThen) = Results(task, whole);
        Assert.Equal(judged, judgedThen);
        Assert.Equal(saved, savedThen);
        Assert.Equal(notes, notesThen);
    }

    /// <summary>What the pieces hold is not computed again.</summary>
    [Fact]
    public void What_is_there_is_not_fitted_again()
    {
        ForecastTask task = Panel(96, 96, 96);
        FinishedWork whole = InPieces(task);
        int kept = whole.Count;
        var told = new BacktestTests.Told<ForecastEvent>();
        BlendForecaster blend = Blend(task, whole);
        blend.Fit(task, told, Token);
        blend.Refit(task.Whole(), told, Token);
        Assert.DoesNotContain(told.Events, moment => moment.Training is { Kind: TrainingEventKind.StepEnded });
        Assert.Equal(kept, whole.Count);
    }

    /// <summary>A fit says how long all of it took, whoever did it.</summary>
    [Fact]
    public void The_time_of_what_is_there_counts()
    {
        ForecastTask task = Panel(96, 96, 96);
        FinishedWork first = Open(), slow = Open();
        Blend(task, first).Fit(task, null, Token);
        slow.AddText("ets/fit/0", first.FindText("ets/fit/0")!, TimeSpan.FromHours(1).Ticks.ToString());
        BlendForecaster blend = Blend(task, slow);
        blend.Fit(task, null, Token);
        Assert.InRange(blend.Members.OfType<EtsForecaster>().Single().FitTime.TotalMinutes, 60, 61);
        Assert.InRange(blend.FitTime.TotalMinutes, 60, 61);
        Assert.InRange(blend.Members.OfType<ArimaForecaster>().Single().FitTime.TotalMinutes, 0, 1);
    }

    /// <summary>
    /// One series more changes what all networks learn: those that are kept of the fit without it are of other series.
    /// </summary>
    [Fact]
    public void A_fit_to_other_series_does_not_find_the_networks_of_before()
    {
        byte[] Saved(FinishedWork? work)
        {
            var forecaster = new EnsembleForecaster(SmallEnsembles.Recipe(Horizon)) { Work = work };
            forecaster.Fit(Panel(96, 90), null, Token);
            forecaster.Refit(Panel(96, 90, 92).Whole(), null, Token);
            return SmallEnsembles.Bytes(forecaster);
        }

        Assert.Equal(Saved(null), Saved(Open()));
    }

    [Fact]
    public void A_backtest_in_folds_is_one_to_the_bit()
    {
        ForecastTask task = BacktestTests.Shops();
        EnsembleRecipe recipe = SmallEnsembles.Recipe(steps: 2, members: 2, epochs: 2) with { Head = ForecastHead.Quantile };
        Func<PartsForecaster>[] create = [() => BlendForecaster.Of([recipe], task)];
        BacktestResult Run(FinishedWork? work) =>
            Backtest.Run(task, create, new BacktestOptions { RefitEvery = 7, Work = work }, null, Token);
        double[] Numbers(BacktestResult result) =>
            [.. result.Comparison.Scores.SelectMany(score => score.Forecast.Parts).SelectMany(part => BacktestTests.Numbers(part))];
        BacktestResult alone = Run(null);
        FinishedWork whole = Together(Enumerable.Range(0, alone.Folds.Count).Select(fold => (Action<FinishedWork>)(work =>
            Backtest.RunFold(fold, task, create, new BacktestOptions { RefitEvery = 7, Work = work }, null, Token))));
        BacktestResult joined = Run(whole);
        Assert.Equal(Numbers(alone), Numbers(joined));
        Assert.Equal(alone.Comparison.LeftOut, joined.Comparison.LeftOut);
        Assert.All(joined.Comparison.Scores, score => Assert.True(score.FitTime > TimeSpan.Zero));
        var options = new BacktestOptions { RefitEvery = 7, Work = Open() };
        Assert.Throws<ArgumentOutOfRangeException>(() => Backtest.RunFold(alone.Folds.Count, task, create, options, null, Token));
        Assert.Throws<ArgumentException>(() => Backtest.RunFold(0, task, create, options with { Work = null }, null, Token));
    }

    /// <summary>Rung by rung, in reverse, by tuners that know nothing of each other.</summary>
    [Fact]
    public void A_search_in_trainings_is_one()
    {
        static Tuner New() => new(
            new FakeObjective(run => run.Trial % 5 == 0 ? double.NaN : (run.Trial * 7 % 27) + run.Rung),
            new TuningOptions { Trials = 27, Epochs = 9, Seed = 3 });
        string[] Lines(TuningResult result) => [.. result.Results.Select(each => $"{each with { Seconds = 0 }}")];
        using var journal = TuningJournal.Open(Path.Combine(_files.Folder, "journal.jsonl"), New().Setup);
        var rungs = new List<int>();
        while (New().Next(journal) is { Count: > 0 } next)
        {
            rungs.Add(next.Count);
            foreach (TrialRun run in next.Reverse().Skip(next.Count / 2))
                journal.Add(New().Train(run, null, Token));
            foreach (TrialRun run in New().Next(journal).Where(run => run.Rung == next[0].Rung))
                journal.Add(New().Train(run, null, Token));
        }

        Assert.Equal([27, 9, 3], rungs);
        var objective = new FakeObjective(_ => throw new InvalidOperationException("Nothing is to be trained."));
        TuningResult joined = new Tuner(objective, new TuningOptions { Trials = 27, Epochs = 9, Seed = 3 }).Run(journal, Token);
        Assert.Equal(Lines(New().Run(null, Token)), Lines(joined));
    }

    [Fact]
    public void Damaged_parts_are_refused_and_parts_of_another_setup_are_not_found()
    {
        FinishedWork work = Open(), other = Open("another setup");
        work.AddText("a", "text", "12");
        byte[] content = work.Pack(out byte[] measured);
        for (int length = 1; length < content.Length; length++)
            Assert.Throws<UnrollException>(() => Open().Unpack(content[..length], []));
        other.Unpack(content, measured);
        Assert.Null(other.FindText("a"));
        FinishedWork same = Open();
        same.Unpack(content, measured);
        Assert.Equal("text", same.FindText("a", out string? took));
        Assert.Equal("12", took);
        byte[] hostile = [.. content];
        hostile[1] = (byte)'/';
        Assert.Throws<UnrollException>(() => Open().Unpack(hostile, []));
    }
}
