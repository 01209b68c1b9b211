using System.Text.Json.Serialization;
using Unroll.Forecasting;
using Unroll.Formats;
using Xunit;

namespace Unroll.Open.Tests;

/// <summary>Kinds of one's own in files: registered, saved, loaded, and what is said where they are not.</summary>
public class KindsTests
{
    [Fact]
    public void A_registered_kind_is_known_however_often_it_is_registered()
    {
        Kinds.Register("tests/sawtooth", OpenJson.Default.Sawtooth);
        Kinds.Register("tests/sawtooth", OpenJson.Default.Sawtooth);
        Kinds.Register<Sawtooth>("tests/sawtooth");
    }

    [Fact]
    public void A_name_stands_for_one_type_and_a_type_for_one_name()
    {
        Kinds.Register("tests/sawtooth", OpenJson.Default.Sawtooth);
        Assert.Contains("Sawtooth already", Refusal(() => Kinds.Register("tests/sawtooth", OpenJson.Default.Stairs)),
            StringComparison.Ordinal);
        Assert.Contains("tests/sawtooth already", Refusal(() => Kinds.Register<Sawtooth>("tests/other")), StringComparison.Ordinal);
        Assert.Contains("CosineSchedule already", Refusal(() => Kinds.Register<Stairs>("cosine")), StringComparison.Ordinal);
        Assert.Contains("the library's own", Refusal(() => Kinds.Register<CosineSchedule>("tests/cosine")), StringComparison.Ordinal);
        Assert.Contains("abstract", Refusal(() => Kinds.Register<Abstract>("tests/abstract")), StringComparison.Ordinal);
        Assert.Contains("Loss", Refusal(() => Kinds.Register<string>("tests/text")), StringComparison.Ordinal);
        Assert.Contains("acme/snake", Refusal(() => Kinds.Register<Stairs>("two words")), StringComparison.Ordinal);
        Assert.Contains("acme/snake", Refusal(() => Kinds.Register<Stairs>("")), StringComparison.Ordinal);

        static string Refusal(Action register) => Assert.Throws<ArgumentException>(register).Message;
    }

    [Fact]
    public void Threads_may_register_at_the_same_time() =>
        Parallel.For(0, 64, i => Kinds.Register("tests/sawtooth", OpenJson.Default.Sawtooth));

    /// <summary>A training is resumed where its schedule says the same numbers, and refused where it says others.</summary>
    [Fact]
    public void A_schedule_of_ones_own_is_part_of_what_a_checkpoint_compares()
    {
        Kinds.Register("tests/sawtooth", OpenJson.Default.Sawtooth);
        using var folder = new TemporaryFolder();
        string path = folder.File("c.unroll");
        float[] whole = Trained(epochs: 4, new Sawtooth(3), null);
        Trained(epochs: 2, new Sawtooth(3), path);
        Assert.Contains("\\u0022tests/sawtooth\\u0022,\\u0022Teeth\\u0022:3}", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Contains("the schedule", Assert.Throws<UnrollException>(() => Trained(4, new Sawtooth(5), path)).Message,
            StringComparison.Ordinal);
        Assert.Equal(whole, Trained(epochs: 4, new Sawtooth(3), path));
    }

    /// <summary>A forecaster's file holds the recipe of its networks, so that they can be fitted again to more rows.</summary>
    [Fact]
    public void A_forecaster_that_was_loaded_is_fitted_on_with_a_schedule_of_ones_own()
    {
        Kinds.Register("tests/sawtooth", OpenJson.Default.Sawtooth);
        using var folder = new TemporaryFolder();
        string path = folder.File("f.unroll");
        var table = new TimeSeries("t.csv", [.. Enumerable.Range(0, 120).Select(day => new DateTime(2024, 1, 1).AddDays(day))],
            ("x", [.. Enumerable.Range(0, 120).Select(day => Math.Sin(day))]));
        var task = new ForecastTask(
            table, new TaskOptions { Targets = ["x"], Horizon = 1, Window = 8, Test = DateRange.Parse("2024-04-11..2024-04-29") });
        var forecaster = new EnsembleForecaster(new EnsembleRecipe
        {
            Steps = 1,
            Members = 1,
            Window = 8,
            Network = new NetworkRecipe
            {
                Units = 2,
                Threads = 1,
                Training = new TrainingOptions { Epochs = 1, Schedule = new Sawtooth(4), Loss = new Huber(2) }
            },
        });
        forecaster.Fit(task, null, CancellationToken.None);
        ForecastFile.Save(forecaster, path);
        Assert.Contains("tests/sawtooth", File.ReadAllText(path), StringComparison.Ordinal);
        var loaded = (EnsembleForecaster)ForecastFile.Load(path);
        Assert.Equal(new Sawtooth(4), loaded.Recipe.Network.Training.Schedule);
        Assert.Equal(new Huber(2), loaded.Recipe.Network.Training.Loss);
        loaded.Refit(task, null, CancellationToken.None);

        File.WriteAllBytes(path, Sealed.Replace(File.ReadAllBytes(path), "tests/sawtooth", "tests/chainsaw"));
        string message = Assert.Throws<UnrollException>(() => ForecastFile.Load(path)).Message;
        Assert.StartsWith($"{path} holds the schedule tests/chainsaw, a kind that is not registered", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_a_kind_that_is_not_registered_is_not_called_damaged()
    {
        byte[] file = ModelFile.ToBytes(new Model(new Dense(1)).Build(new Shape(2)));
        byte[] edited = Sealed.Replace(file, "\"dense\"", "\"a/big\"");
        string message = Assert.Throws<UnrollException>(() => ModelFile.FromBytes(edited, "m.unroll")).Message;
        Assert.StartsWith("m.unroll holds the layer a/big, a kind that is not registered", message, StringComparison.Ordinal);
        Assert.Contains("Kinds.Register(\"a/big\"", message, StringComparison.Ordinal);
        edited[^40] ^= 1;
        Assert.Contains("is damaged: its checksum", Assert.Throws<UnrollException>(() => ModelFile.FromBytes(edited, "m.unroll")).Message,
            StringComparison.Ordinal);
    }

    private static float[] Trained(int epochs, Schedule schedule, string? path)
    {
        var samples = new ArraySamples([1, 2, 3, 4, 5, 6, 7, 8], new Shape(2), [1, 0, 2, 5], new Shape(1));
        Model model = new Model(new Dense(1)).Build(new Shape(2), seed: 3);
        model.Fit(samples, new TrainingOptions
        {
            Epochs = epochs,
            BatchSize = 2,
            Schedule = schedule,
            Checkpoint = path is null ? null : new Checkpoint(path) { Resume = true },
        });
        return [.. model.GetWeights("dense_1/kernel"), .. model.GetWeights("dense_1/bias")];
    }
}

/// <summary>From the first rate down to a part of it, again and again.</summary>
public sealed record Sawtooth(int Teeth) : Schedule
{
    public override double RateAt(in ScheduleMoment moment) => moment.InitialRate / (1 + moment.Step % Teeth);
}

public sealed record Stairs : Schedule
{
    public override double RateAt(in ScheduleMoment moment) => moment.InitialRate;
}

public abstract record Abstract : Schedule;

[JsonSerializable(typeof(Sawtooth))]
[JsonSerializable(typeof(Stairs))]
internal sealed partial class OpenJson : JsonSerializerContext;
