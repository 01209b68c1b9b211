using Unroll.Forecasting;
using Unroll.Formats;
using Xunit;

namespace Unroll.Tests.Forecasting;

public sealed class FinishedWorkTests : IDisposable
{
    private const string Setup = "a setup";
    private static readonly TrainingOptions s_options = new() { Epochs = 3, Optimizer = new Adam() };
    private readonly TestFiles _files = new();
    private readonly List<string> _failures = [];

    private string Folder => Path.Combine(_files.Folder, ".unroll-work");

    /// <summary>Without those that only say how long it took.</summary>
    private string[] Kept =>
    [
        .. Directory.GetFiles(Folder, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".took", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    public void Dispose() => _files.Dispose();

    private FinishedWork Open(string setup = Setup) => FinishedWork.Open(Folder, setup, _failures.Add);

    private static ArraySamples Samples()
    {
        float[] x = [.. Enumerable.Range(0, 60).Select(i => MathF.Sin(i))], y = [.. Enumerable.Range(0, 12).Select(i => MathF.Cos(i))];
        return new ArraySamples(x, new Shape(5, 1), y, new Shape(1));
    }

    private static (Model Model, History History) Trained(int seed = 1, TrainingOptions? options = null)
    {
        Model model = new Model(new Lstm(4), new Dense(1)) { Threads = 1 }.Build(new Shape(5, 1), seed);
        return (model, model.Fit(Samples(), options ?? s_options));
    }

    /// <summary>What a run with several members does: those that an earlier run finished are not trained again.</summary>
    /// <param name="work">Where they are kept.</param>
    /// <param name="end">The member before which the run is killed.</param>
    /// <returns>The bytes of all networks and the epochs of each; how many were trained.</returns>
    private static (byte[][] Networks, int[] Epochs, int Trained) Run(FinishedWork work, int end = 4)
    {
        var (networks, epochs, trained) = (new List<byte[]>(), new List<int>(), 0);
        for (int member = 0; member < end; member++)
        {
            string key = $"lstm/{member}/choose";
            if (work.Find(key) is not { } finished)
            {
                (Model model, History history) =
                    Trained(member, s_options with { Validation = Samples(), EarlyStopping = new EarlyStopping { Patience = 1 } });
                work.Add(key, model, history);
                trained++;
                finished = new FinishedTraining(model, history, new Dictionary<string, string>());
            }

            networks.Add(ModelFile.ToBytes(finished.Model));
            epochs.Add(finished.History.KeptEpoch);
        }

        return ([.. networks], [.. epochs], trained);
    }

    [Fact]
    public void A_run_that_was_killed_goes_on_and_ends_as_one_that_was_not()
    {
        (byte[][] networks, int[] epochs, _) = Run(FinishedWork.Open(Path.Combine(_files.Folder, "other"), Setup));
        Run(Open(), end: 2);
        FinishedWork again = Open();
        Assert.Equal(2, again.Count);
        (byte[][] continued, int[] kept, int trained) = Run(again);
        Assert.Equal(2, trained);
        Assert.Equal(networks, continued);
        Assert.Equal(epochs, kept);
        again.Remove();
        Assert.False(Directory.Exists(Folder));
        Assert.Equal(4, Run(Open()).Trained);
    }

    [Fact]
    public void Everything_comes_back_to_the_bit()
    {
        (Model model, History history) = Trained();
        var odd = new History();
        odd.Add(new EpochRecord(1, 1 / 3.0, double.NaN, 1e-3, 0.1 + 0.2));
        odd.Add(new EpochRecord(2, double.Epsilon, null, -0.0, double.MaxValue));
        odd.Add(new EpochRecord(3, Math.PI, double.PositiveInfinity, 5e-324, 1e300));
        (odd.Reason, odd.KeptEpoch, odd.Duration) = (StopReason.StoppedEarly, 2, TimeSpan.FromTicks(1234567891));
        Open().Add("odd", model, odd, new Dictionary<string, string> { ["z"] = "ž\n\"", ["scale"] = (0.1 + 0.2).ToString("R") });
        Open().Add("plain", model, history);

        FinishedTraining back = Open().Find("odd")!;
        Assert.Equal(ModelFile.ToBytes(model), ModelFile.ToBytes(back.Model));
        Assert.Equal(odd.Epochs.Select(Bits), back.History.Epochs.Select(Bits));
        Assert.Equal((odd.Reason, odd.KeptEpoch, odd.BestEpoch, odd.Duration),
            (back.History.Reason, back.History.KeptEpoch, back.History.BestEpoch, back.History.Duration));
        Assert.Equal(("ž\n\"", "0.30000000000000004"), (back.Facts["z"], back.Facts["scale"]));
        Assert.Equal(history.Epochs, Open().Find("plain")!.History.Epochs);
        Assert.Empty(Open().Find("plain")!.Facts);

        static (int, long, long?, long, long) Bits(EpochRecord epoch) => (
            epoch.Epoch,
            BitConverter.DoubleToInt64Bits(epoch.Loss),
            epoch.ValidationLoss is { } loss ? BitConverter.DoubleToInt64Bits(loss) : null,
            BitConverter.DoubleToInt64Bits(epoch.LearningRate),
            BitConverter.DoubleToInt64Bits(epoch.Seconds));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"fold\":1}\r\nž")]
    public void A_text_comes_back_as_it_was(string text)
    {
        Assert.Null(Open().FindText("fold/1"));
        Open().AddText("fold/1", text);
        Assert.Equal(text, Open().FindText("fold/1"));
        Assert.Null(Open().FindText("fold/2"));
        Assert.Null(Open().Find("fold/1"));
    }

    /// <summary>It is never a wrong one.</summary>
    [Fact]
    public void A_time_that_is_damaged_is_lost_and_the_part_is_not()
    {
        (Model model, History history) = Trained();
        Open().Add("model", model, history);
        Open().AddText("text", "1.5", "17");
        string[] files = Directory.GetFiles(Folder, "*.took", SearchOption.AllDirectories);
        Assert.Equal(2, files.Length);
        foreach (string path in files)
        {
            byte[] whole = File.ReadAllBytes(path);
            for (int i = 0; i < whole.Length; i++)
            {
                File.WriteAllBytes(path, Flipped(whole, i));
                Assert.Equal("1.5", Open().FindText("text", out string? took));
                TimeSpan duration = Open().Find("model")!.History.Duration;
                Assert.True(took is null || duration == TimeSpan.Zero);
            }

            File.WriteAllBytes(path, whole);
        }

        Assert.Equal(history.Duration, Open().Find("model")!.History.Duration);
    }

    [Fact]
    public void A_damaged_file_is_removed_whichever_byte_it_is()
    {
        (Model model, History history) = Trained();
        Open().Add("model", model, history);
        Open().AddText("text", "1.5");
        foreach (string path in Kept)
        {
            byte[] whole = File.ReadAllBytes(path);
            foreach (byte[] damaged in Enumerable.Range(0, whole.Length).Where(i => i % 37 == 0 || i < 90)
                .SelectMany(i => new[] { Flipped(whole, i), whole[..i] }))
            {
                File.WriteAllBytes(path, damaged);
                Assert.True(Open().Find("model") is null || Open().FindText("text") is null);
                Assert.False(File.Exists(path));
            }

            File.WriteAllBytes(path, whole);
        }

        Assert.NotNull(Open().Find("model"));
        Assert.Equal("1.5", Open().FindText("text"));
    }

    private static byte[] Flipped(byte[] bytes, int at)
    {
        byte[] copy = [.. bytes];
        copy[at] ^= 4;
        return copy;
    }

    [Fact]
    public void A_file_of_another_key_or_setup_is_not_taken()
    {
        (Model model, History history) = Trained();
        Open().Add("a", model, history);
        string a = Assert.Single(Kept);
        Open().Add("b", model, history);
        string b = Kept.Single(path => path != a);
        File.Copy(a, b, overwrite: true);
        Assert.Null(Open().Find("b"));
        Assert.False(File.Exists(b));

        Open("other").AddText("t", "1");
        string foreign = Kept.Single(path => path != a);
        string own = Path.Combine(Path.GetDirectoryName(a)!, Path.GetFileName(foreign));
        File.Copy(foreign, own);
        Assert.Null(Open().FindText("t"));
        Assert.False(File.Exists(own));
    }

    [Fact]
    public void Another_setup_begins_empty_and_leaves_the_first_alone_for_30_days()
    {
        Open().AddText("t", "first");
        FinishedWork other = Open("other");
        Assert.Equal(0, other.Count);
        Assert.Null(other.FindText("t"));
        other.AddText("t", "second");
        Assert.Equal("first", Open().FindText("t"));

        foreach (string folder in Directory.GetDirectories(Folder))
        {
            foreach (string file in Directory.GetFiles(folder))
                File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-31));
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow.AddDays(-31));
        }

        Assert.Equal("second", Open("other").FindText("t"));
        Assert.Null(Open().FindText("t"));
    }

    [Fact]
    public void What_cannot_be_kept_is_said_once_and_is_no_error()
    {
        File.WriteAllText(Folder, "a file where the folder should be");
        (Model model, History history) = Trained();
        FinishedWork work = Open();
        work.Add("a", model, history);
        work.AddText("b", "text");
        Assert.Null(work.Find("a"));
        Assert.Equal(0, work.Count);
        Assert.StartsWith("What is finished cannot be kept: ", Assert.Single(_failures), StringComparison.Ordinal);
        Assert.EndsWith(". The run goes on, but if it is interrupted, it must begin anew.", _failures[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_that_was_cancelled_is_refused()
    {
        using var stop = new CancellationTokenSource();
        Model model = new Model(new Dense(1)).Build(new Shape(5, 1), 1);
        var samples = new ArraySamples(new float[60], new Shape(5, 1), new float[60], new Shape(5, 1));
        History history = Assert.Throws<TrainingCanceledException>(
            () => model.Fit(samples, s_options, _ => stop.Cancel(), stop.Token)).History;
        Assert.Equal(StopReason.Cancelled, history.Reason);
        Assert.Throws<ArgumentException>(() => Open().Add("a", model, history));
        Assert.Throws<ArgumentException>(() => Open().AddText("", "a"));
        Assert.Throws<ArgumentException>(() => Open(" "));
    }

    [Fact]
    public void Threads_may_add_side_by_side()
    {
        (Model Model, History History)[] trained = [.. Enumerable.Range(0, 4).Select(seed => Trained(seed))];
        FinishedWork work = Open();
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            work.Add($"m/{i}", trained[i % 4].Model, trained[i % 4].History);
            work.AddText($"t/{i}", $"{i}");
        });
        Assert.Equal(80, work.Count);
        Assert.Empty(_failures);
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal(ModelFile.ToBytes(trained[i % 4].Model), ModelFile.ToBytes(work.Find($"m/{i}")!.Model));
            Assert.Equal($"{i}", work.FindText($"t/{i}"));
        }
    }

    [Fact]
    public void What_a_killed_writer_left_is_removed_and_what_a_living_one_writes_is_not()
    {
        Open().AddText("t", "1");
        string folder = Path.GetDirectoryName(Kept[0])!;
        string dead = Path.Combine(folder, ".x.unroll.2147483000.tmp"),
            alive = Path.Combine(folder, $".x.unroll.{Environment.ProcessId}.tmp");
        File.WriteAllText(dead, "");
        File.WriteAllText(alive, "");
        Assert.Equal(1, Open().Count);
        Assert.Equal((false, true), (File.Exists(dead), File.Exists(alive)));
    }

    [Fact]
    public void A_setup_differs_where_anything_in_it_does()
    {
        DateTime[] dates = [new(2020, 1, 1), new(2020, 1, 2)], later = [new(2020, 1, 1), new(2020, 1, 3)];
        TimeSeries Table(string name, DateTime[] days, double value) => new("t.csv", days, (name, [1, value]));
        string[] tables =
        [
            SetupHash.Of(Table("x", dates, 2)),
            SetupHash.Of(Table("y", dates, 2)),
            SetupHash.Of(Table("x", later, 2)),
            SetupHash.Of(Table("x", dates, Math.BitIncrement(2.0))),
            SetupHash.Of(Table("x", dates, double.NaN)),
        ];
        Assert.Equal(tables, tables.Distinct());
        Assert.Equal(tables[0], SetupHash.Of(Table("x", dates, 2)));
        Assert.Equal(tables[0], SetupHash.Of(new TimeSeries("another.csv", dates, ("x", [1, 2]))));

        string[] setups = [.. new[] { ("a", "bc"), ("ab", "c"), ("a", "b"), ("", "abc") }
            .Select(pair => SetupHash.Of([new(pair.Item1, pair.Item2)]))];
        Assert.Equal(setups, setups.Distinct());
        Assert.All(setups, hash => Assert.Equal(64, hash.Length));
        Assert.Equal(setups[0], SetupHash.Of([new("a", "bc")]));
    }
}
