using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Unroll.Formats;

namespace Unroll.Open.Aot;

/// <summary>
/// Cells, layers and a schedule of one's own in a program that was compiled ahead of time: checked, trained, saved, loaded, and gone on
/// with.
/// </summary>
internal static class Program
{
    private const int Steps = 6, Features = 3, Rows = 40;

    private static int Main()
    {
        Kinds.Register("samples/peephole-lstm", PeepholeJson.Default.PeepholeLstm);
        Kinds.Register("samples/slstm", SlstmJson.Default.Slstm);
        Kinds.Register("tests/snake", OwnLayersJson.Default.Snake);
        Kinds.Register("tests/halving", HalvingJson.Default.Halving);
        Require(!RuntimeFeature.IsDynamicCodeSupported,
            "This program was not compiled ahead of time. Run it by tests/Unroll.Open.Aot/run.");
        GradientCheck.Of(new PeepholeLstm(5), new Shape(4, 3)).ThrowIfWrong();
        GradientCheck.Of(new Slstm(5), SlstmSample.Check, new Shape(4, 3)).ThrowIfWrong();
        GradientCheck.Of(new Snake(), new Shape(4, 3)).ThrowIfWrong();

        string folder = Directory.CreateTempSubdirectory("unroll").FullName;
        try
        {
            string file = Path.Combine(folder, "m.unroll"), checkpoint = Path.Combine(folder, "c.unroll");
            Model model = Trained(2, checkpoint);
            ModelFile.Write(file, model);
            Model loaded = ModelFile.Read(file).Model;
            Require(loaded.Layers[0] is PeepholeLstm { Units: 7 }, "The loaded model has another first layer.");
            Require(loaded.Predict(Inputs()).AsSpan().SequenceEqual(model.Predict(Inputs())), "The loaded model predicts something else.");
            float[] whole = Trained(4, null).Predict(Inputs()), resumed = Trained(4, checkpoint).Predict(Inputs());
            Require(whole.AsSpan().SequenceEqual(resumed), "A training that was resumed ended elsewhere.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine("Cells, layers and schedules of one's own work ahead of time.");
        return 0;
    }

    private static Model Trained(int epochs, string? checkpoint)
    {
        Model model = new Model(new PeepholeLstm(7) { ReturnSequences = true }, new Snake(), new Slstm(5), new Dense(1))
            .Build(new Shape(Steps, Features), seed: 2);
        var samples = new ArraySamples(Inputs(), new Shape(Steps, Features), [.. Enumerable.Range(0, Rows).Select(row => row % 3 - 1f)],
            new Shape(1));
        model.Fit(samples, new TrainingOptions
        {
            Epochs = epochs,
            Schedule = new Halving(3),
            Checkpoint = checkpoint is null ? null : new Checkpoint(checkpoint) { Resume = true },
        });
        return model;
    }

    private static float[] Inputs()
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, Rows * Steps * Features).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
            throw new InvalidOperationException(otherwise);
    }
}

/// <summary>Half the rate after so many steps, and half of that after as many more.</summary>
internal sealed record Halving(int Steps) : Schedule
{
    public override double RateAt(in ScheduleMoment moment) => moment.InitialRate * Math.Pow(0.5, moment.Step / Steps);
}

[JsonSerializable(typeof(Halving))]
internal sealed partial class HalvingJson : JsonSerializerContext;
