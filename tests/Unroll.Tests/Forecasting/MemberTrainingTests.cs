using Unroll.Forecasting;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>The networks of an ensemble: side by side, with progress in order, and taken from where finished ones are kept.</summary>
public class MemberTrainingTests
{
    private static ForecastSplit Split() => MadeTables.Split(MadeTables.Of("daily", 320), 40, 14, MadeTables.AllInputs);

    private static EnsembleForecaster Run(EnsembleRecipe recipe, Action<TrainingEvent>? onEvent = null, FinishedWork? work = null)
    {
        var ensemble = new EnsembleForecaster(recipe) { Work = work };
        ensemble.Fit(new ForecastTask(Split(), recipe.Steps), new Listener(onEvent ?? (_ => { })), TestContext.Current.CancellationToken);
        return ensemble;
    }

    private sealed class Listener(Action<TrainingEvent> onEvent) : IProgress<ForecastEvent>
    {
        public void Report(ForecastEvent value)
        {
            if (value.Training is { } training)
                onEvent(training);
        }
    }

    [Fact]
    public void Networks_side_by_side_are_the_same_to_the_bit_on_any_number_of_threads()
    {
        byte[] expected = Bytes(Run(Recipe(2, members: 3)));
        foreach (int threads in (int[])[2, 5, 8])
        {
            EnsembleForecaster ensemble = Run(Recipe(2, members: 3, threads: threads));
            Assert.Equal(expected, Bytes(ensemble));
            Assert.All(ensemble.Networks, network => Assert.Equal(threads, network.Threads));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void Progress_goes_forward_one_event_at_a_time_to_the_last_epoch(int threads)
    {
        const int Members = 3, Epochs = 4;
        var moments = new List<TrainingEvent>();
        int inside = 0, most = 0;
        Run(Recipe(1, Members, Epochs, threads: threads), moment =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            moments.Add(moment);
            Interlocked.Decrement(ref inside);
        });
        Assert.Equal(1, most);
        Assert.All(moments, moment => Assert.Equal(2 * Members * Epochs, moment.Epochs));
        Assert.All(moments.Zip(moments.Skip(1)),
            pair => Assert.True(Place(pair.First) <= Place(pair.Second) && pair.First.Elapsed <= pair.Second.Elapsed, $"{pair}"));
        Assert.Equal((TrainingEventKind.EpochEnded, 2 * Members * Epochs), (moments[^1].Kind, moments[^1].Epoch));
        Assert.Single(moments, moment => moment.Kind == TrainingEventKind.EpochEnded && moment.Epoch == moment.Epochs);

        static double Place(TrainingEvent moment) => moment.Epoch - 1 + (moment.Step / (double)moment.StepsPerEpoch);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Finished_networks_are_not_trained_again(int threads)
    {
        using var files = new TestFiles();
        string folder = Path.Combine(files.Folder, "work");
        EnsembleRecipe recipe = Recipe(2, threads: threads);
        byte[] expected = Bytes(Run(recipe, work: FinishedWork.Open(folder, "a")));
        var work = FinishedWork.Open(folder, "a");
        string[] keys = ["gru/0/choose", "gru/0/final", "gru/1/choose", "gru/1/final"];
        Assert.Equal((4, 4), (work.Count, keys.Count(key => work.Find(key) is not null)));
        var moments = new List<TrainingEvent>();
        Assert.Equal(expected, Bytes(Run(recipe, moments.Add, work)));
        Assert.Equal(12, Assert.Single(moments).Epoch);

        // Of four kept files two are lost: these networks alone are trained.
        string[] kept = [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        File.Delete(kept[1]);
        File.Delete(kept[2]);
        work = FinishedWork.Open(folder, "a");
        moments.Clear();
        Assert.InRange(work.Count, 2, 3);
        Assert.Equal(expected, Bytes(Run(recipe, moments.Add, work)));
        Assert.NotInRange(moments.Count, 0, 1);
        Assert.Equal(4, work.Count);
    }

    [Fact]
    public void It_is_least_squares_corrected_by_the_networks()
    {
        ForecastSplit split = Split();
        EnsembleForecaster ensemble = Run(Recipe(2, epochs: 8));
        EnsembleModel model = ModelOf(ensemble);
        var frame = new InputFrame(split.Table, model.Linear.Plan);
        int first = split.Table.Rows - split.Test.Count - 1, count = split.Test.Count - 1;
        float[] corrections = HeadOutputs.Of(
            ForecastHead.None, model.Networks, new SideBySideSamples(model.Inputs, [frame], first, count, null), 1)[0].Corrections;
        Assert.Contains(corrections, correction => correction != 0);
        double[][] values = model.Linear.Values(frame, first, count, corrections, model.Scales),
            straight = model.Linear.Values(frame, first, count, null, model.Scales);
        HorizonForecast ahead = ensemble.Ahead(split, 2), ridge = Fitted(new RidgeForecaster(Recipe(2)), split, 2).Ahead(split, 2);
        for (int origin = 0; origin < count; origin++)
        {
            Assert.Equal(values[origin], ahead.From(origin).ToArray());
            Assert.Equal(straight[origin], ridge.From(origin).ToArray());
        }
    }
}
