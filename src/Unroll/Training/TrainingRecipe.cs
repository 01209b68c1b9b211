using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Unroll.Formats;

namespace Unroll.Training;

/// <summary>What the weights after some epochs depend on, in words: where all of it is the same, training can be resumed.</summary>
internal static class TrainingRecipe
{
    private const int SamplesLookedAt = 64;

    public static SortedDictionary<string, string> Of(Model model, TrainingOptions options, ISamples training, ISamples? validation)
    {
        var recipe = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["the layers"] = Layers(model),
            ["the frozen weights"] = List(model.Parameters.Where(parameter => parameter.IsFrozen).Select(parameter => parameter.Name)),
            ["the optimizer"] = Json(options.Optimizer, TrainingJson.Default.Optimizer),
            ["the loss"] = Json(options.Loss, TrainingJson.Default.Loss),
            ["the schedule"] = options.Schedule is null ? "none" : Json(options.Schedule, TrainingJson.Default.Schedule),
            ["the clipping"] = options.Clipping?.ToString() ?? "none",
            ["the average of weights"] = options.WeightAverage is { } average ? Text(average.Decay) : "none",
            ["the layer rates"] = List(
                options.LayerRates.OrderBy(rate => rate.Key, StringComparer.Ordinal).Select(rate => $"{rate.Key} {Text(rate.Value)}")),
            ["the batch size"] = Text(options.BatchSize),
            ["accumulated batches"] = Text(options.AccumulateBatches),
            ["the seed"] = Text(options.Seed),
            ["shuffling"] = options.Shuffle ? "on" : "off",
            ["buckets by length"] = options.BucketByLength ? "on" : "off",
            ["the least fall of early stopping"] = Text(options.EarlyStopping?.MinDelta ?? 0),
            ["the samples"] = Digest(model, training),
            ["the validation samples"] = validation is null ? "none" : Digest(model, validation),
        };
        if (options.Schedule is { DependsOnEpochs: true })
            recipe["the number of epochs, at whose end the schedule looks,"] = Text(options.Epochs);
        return recipe;
    }

    private static string Layers(Model model)
    {
        string layers = string.Join(" ", model.Layers.Select(layer => Json(layer, ModelJson.Default.Layer)));
        return model.GivenGraph is null
            ? layers : layers + " " + JsonSerializer.Serialize(GraphHeader.Of(model.Graph), ModelJson.Default.GraphHeader);
    }

    /// <summary>How many, of what shapes, and a checksum of some of them from the first to the last.</summary>
    private static string Digest(Model model, ISamples samples)
    {
        var input = new float[samples.InputShapes.Sum(shape => shape.Size)];
        var target = new float[samples.TargetShapes.Sum(shape => shape.Size)];
        var weights = new float[samples.IsWeighted ? model.Outputs.Sum(output => output.Shape.Positions) : 0];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int looked = Math.Min(samples.Count, SamplesLookedAt);
        for (int i = 0; i < looked; i++)
        {
            int index = looked == 1 ? 0 : (int)((long)i * (samples.Count - 1) / (looked - 1));
            samples.CopyInput(index, input);
            samples.CopyTarget(index, target);
            var bytes = new BodyWriter();
            bytes.Add(input);
            bytes.Add(target);
            if (samples.IsWeighted)
                samples.CopyWeights(index, weights);
            bytes.Add(weights);
            hash.AppendData(bytes.ToArray());
        }

        string sum = Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
        return $"{samples.Count} of {string.Join(" ", samples.InputShapes)} and {string.Join(" ", samples.TargetShapes)}, checksum {sum}";
    }

    private static string Json<T>(T value, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Serialize(value, type);
        }
        catch (NotSupportedException)
        {
            // Of a kind that is not ours, or a function: its type is all that can be compared.
            return value!.GetType().Name;
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
internal sealed partial class TrainingJson : JsonSerializerContext;
