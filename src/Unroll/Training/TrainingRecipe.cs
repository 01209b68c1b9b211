using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Formats;

namespace Unroll.Training;

/// <summary>What the weights after some epochs depend on, in words: where all of it is the same, training can be resumed.</summary>
internal static class TrainingRecipe
{
    public static SortedDictionary<string, string> Of(Model model, TrainingOptions options, ISamples training, ISamples? validation)
    {
        bool compares = options.Checkpoint!.ComparesSamples;
        var recipe = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["the layers"] = Layers(model),
            ["the frozen weights"] = List(model.Parameters.Where(parameter => parameter.IsFrozen).Select(parameter => parameter.Name)),
            ["the optimizer"] = Json(options.Optimizer),
            ["the loss"] = Json(options.Loss),
            ["the schedule"] = Of(options.Schedule),
            ["the clipping"] = options.Clipping is { } clipping ? InvariantText.Of(clipping) : "none",
            ["the average of weights"] = options.WeightAverage is { } average ? Text(average.Decay) : "none",
            ["the layer rates"] = List(
                options.LayerRates.OrderBy(rate => rate.Key, StringComparer.Ordinal).Select(rate => $"{rate.Key} {Text(rate.Value)}")),
            ["the batch size"] = Text(options.BatchSize),
            ["accumulated batches"] = Text(options.AccumulateBatches),
            ["the seed"] = Text(options.Seed),
            ["shuffling"] = options.Shuffle ? "on" : "off",
            ["buckets by length"] = options.BucketByLength ? "on" : "off",
            ["the least fall of early stopping"] = Text(options.EarlyStopping?.MinDelta ?? 0),
            ["the samples"] = Digest(model, training, compares),
            ["the validation samples"] = validation is null ? "none" : Digest(model, validation, compares),
        };
        if (options.Schedule is { DependsOnEpochs: true })
            recipe["the number of epochs, at whose end the schedule looks,"] = Text(options.Epochs);
        return recipe;
    }

    private static string Layers(Model model)
    {
        string layers = string.Join(" ", model.Layers.Select(ModelJson.Kinds.ToText));
        return model.GivenGraph is null
            ? layers : layers + " " + JsonSerializer.Serialize(GraphHeader.Of(model.Graph), ModelJson.Default.GraphHeader);
    }

    /// <summary>How many, of what shapes, and a checksum of all of them.</summary>
    private static string Digest(Model model, ISamples samples, bool compares)
    {
        string what = $"{samples.Count} of {string.Join(" ", samples.InputShapes)} and {string.Join(" ", samples.TargetShapes)}";
        if (!compares)
            return what;
        var input = new float[samples.InputShapes.Sum(shape => shape.Size)];
        var target = new float[samples.TargetShapes.Sum(shape => shape.Size)];
        var weights = new float[samples.IsWeighted ? model.Outputs.Sum(output => output.Shape.Positions) : 0];
        ulong sum = 0;
        for (int i = 0; i < samples.Count; i++)
        {
            samples.CopyInput(i, input);
            samples.CopyTarget(i, target);
            if (samples.IsWeighted)
                samples.CopyWeights(i, weights);
            sum = Mix(Mix(Mix(sum, input), target), weights);
        }

        return $"{what}, checksum {sum:x16}";
    }

    /// <summary>Each value changes all bits that come after it.</summary>
    private static ulong Mix(ulong sum, float[] values)
    {
        const ulong odd = 0x9E3779B97F4A7C15;
        foreach (float value in values)
        {
            sum = (sum ^ BitConverter.SingleToUInt32Bits(value)) * odd;
            sum ^= sum >> 29;
        }

        return sum;
    }

    /// <summary>A function as a schedule has no text; what stands before it has.</summary>
    private static string Of(Schedule? schedule) => schedule switch
    {
        null => "none",
        WarmupSchedule warmup => $"warm-up of {Text(warmup.Steps)} steps from {Text(warmup.StartShare)}, then {Of(warmup.Then)}",
        _ => Json(schedule),
    };

    private static string Json<T>(T value)
        where T : class
    {
        try
        {
            return TrainingJson.Kinds.ToText(value);
        }
        catch (UnrollException failure) when (failure.IsWithoutName)
        {
            // Of a kind that nobody registered: what it says of itself, and of a function its type.
            return $"{value.GetType()} {InvariantText.Of(value)}";
        }
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static string List(IEnumerable<string> items) => string.Join(", ", items) is { Length: > 0 } list ? list : "none";
}

[JsonSourceGenerationOptions(
    UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(Optimizer))]
[JsonSerializable(typeof(Loss))]
[JsonSerializable(typeof(Schedule))]
internal sealed partial class TrainingJson : JsonSerializerContext
{
    /// <summary>With the kinds that are registered.</summary>
    public static KindJson Kinds => field ??= new KindJson(Default);
}
