using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Runs alone: what other tests allocate at the same time would be counted too.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public class AllocationTests
{
    private static readonly Dictionary<string, Layer[]> s_models = new()
    {
        ["lstm"] = [new Lstm(9), new Dense(1)],
        ["gru"] = [new Gru(9), new Dense(1)],
        ["simple rnn"] = [new SimpleRnn(9), new Dense(1)],
        ["gru, reset before"] = [new Gru(9) { ResetAfter = false }, new Dense(1)],
        ["everything"] =
        [
            new Masking(), new Bidirectional(
                new Lstm(5) { ReturnSequences = true, Dropout = 0.1, RecurrentDropout = 0.1, KernelRegularizer = new L1L2(0.01, 0.01) }),
            new Dropout(0.2), new Activate(Activation.Softsign), new Gru(5) { Activation = Activation.Elu, GoBackwards = true },
            new Dense(1),
        ],
        ["stateful"] = [new Lstm(5) { Stateful = true }, new Dense(1)],
        ["threads share a shard"] = [new Lstm(200), new Dense(1)],
        ["convolutions"] =
        [
            new Masking(), new Conv1D(5, 3) { Padding = Padding.Causal, Dilation = 2 }, new MaxPooling1D(2), new Conv1D(17, 2),
            new AveragePooling1D(2) { Padding = Padding.Same },
            new GlobalMaxPooling(), new Dense(1),
        ],
        ["images"] = [new Conv2D(5, 3, 2) { Padding = Padding.Same }, new MaxPooling2D(2, 2), new Conv2D(4, 1, 1),
            new AveragePooling2D(1, 2), new GlobalAveragePooling(), new Dense(1)],
        ["quantile loss"] = [new Lstm(9), new Dense(3)],
        ["Gaussian loss"] = [new Lstm(9), new Dense(2)],
        ["Student-t loss"] = [new Lstm(9), new Dense(3)],
        ["shapes and norms"] =
        [
            new TimeDistributed(new Dense(6)), new LayerNorm(), new BatchNorm(), new Gelu(), new Silu(), new Softmax(),
            new Reshape(4, 3, 3),
            new TimeDistributed(new Bidirectional(new Gru(2) { ReturnSequences = true })), new TimeDistributed(new Flatten()), new Lstm(3),
            new RepeatVector(3), new Gru(3), new Dense(1),
        ],
    };

    private static Loss LossOf(string name) => name switch
    {
        "quantile loss" => new QuantileLoss([0.1, 0.5, 0.9]),
        "Gaussian loss" => new GaussianLoss(),
        "Student-t loss" => new StudentTLoss(),
        _ => new Huber(),
    };

    /// <summary>Graphs of <see cref="LayerModels"/>: layers that merge, attention, states from an encoder to a decoder.</summary>
    private static readonly string[] s_graphs = ["tokens, merged", "attention", "encoder and decoder"];

    public static MatrixTheoryData<string, int> Cases => new([.. s_models.Keys, .. s_graphs], [1, 2]);

    /// <summary>
    /// The training thread allocates nothing between the first step and the end of training, across epochs, with validation,
    /// clipping, a schedule and early stopping. The whole process, which has threads of the test runner in it too, has steps
    /// that allocate nothing.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void After_the_first_step_nothing_is_allocated(string name, int threads)
    {
        const int Most = 400, Rows = 48;
        int batch = name switch { "threads share a shard" => 7, "stateful" => 12, _ => 13 };
        long[] mine = new long[Most], all = new long[Most], collectionsBefore = new long[Most], collectionsAfter = new long[Most];
        int moments = 0;
        var options = new TrainingOptions
        {
            Epochs = 6,
            BatchSize = batch,
            Shuffle = name != "stateful",
            Optimizer = new RmsProp { Momentum = 0.1, Centered = true },
            Loss = LossOf(name),
            Metrics = [new Mae(), new RSquared()],
            Clipping = new Clipping(ClipMode.Norm, 1),
            Schedule = new PlateauSchedule(),
            ValidationSplit = 0.2,
            EarlyStopping = new EarlyStopping(100),
        };
        bool isGraph = s_graphs.Contains(name);
        Model model = isGraph ? LayerModels.Make(name, threads) : new Model(s_models[name]) { Threads = threads };
        model.Fit(isGraph ? LayerModels.Samples(model, 60) : name == "images" ? TestSamples.Images(60) : TestSamples.Curves(60), options,
            moment =>
        {
            if (moment.Kind is TrainingEventKind.StepEnded or TrainingEventKind.EpochEnded)
            {
                collectionsBefore[moments] = GC.CollectionCount(0);
                (mine[moments], all[moments]) = (GC.GetAllocatedBytesForCurrentThread(), GC.GetTotalAllocatedBytes(precise: true));
                collectionsAfter[moments++] = GC.CollectionCount(0);
            }
        });
        Assert.Equal(6 * ((Rows + batch - 1) / batch + 1), moments);

        // A collection, which anything in the process may cause, takes the rest of the thread's buffer away and counts it as allocated.
        long[] quiet = [.. Enumerable.Range(1, moments - 2).Where(i => collectionsBefore[i] == collectionsAfter[i + 1])
            .Select(i => mine[i + 1] - mine[i])];
        Assert.InRange(quiet.Length, moments / 2, moments);
        Assert.All(quiet, bytes => Assert.Equal(0, bytes));
        Assert.Contains(0L, Differences(all[1..moments]));
    }

    private static IEnumerable<long> Differences(long[] values) => values.Zip(values[1..], (before, after) => after - before);
}
