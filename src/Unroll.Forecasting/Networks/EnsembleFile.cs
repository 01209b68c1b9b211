using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Unroll.Formats;

namespace Unroll.Forecasting;

/// <summary>
/// The file of an <see cref="EnsembleForecaster"/>: the model file of its first network, which carries the others, the linear weights, the
/// parts of the blend and the calibration rows beside it.
/// </summary>
internal static class EnsembleFile
{
    public const string Key = "ensemble";

    /// <summary>As many as a recipe ever chooses by, so that a saved forecaster gives the same intervals.</summary>
    private const int MostCalibrationRows = 750;

    public static void Write(string path, EnsembleState state)
    {
        if (state is { Strategy: Strategy.Recursive, Joint: not null })
            throw new UnrollException($"The forecast of {state.Plan.Target} needs those of the other targets, which are fed back with it. Save the forecaster of all targets.");
        EnsembleContent content = ContentOf(state) with { OtherNetworks = [.. state.Networks.Skip(1).Select(network => ModelFile.ToBytes(network))] };
        ModelFile.Write(path, state.Networks[0], new Dictionary<string, string> { [Key] = JsonSerializer.Serialize(content, EnsembleJson.Default.EnsembleContent) });
    }

    /// <exception cref="UnrollException">The data beside the network cannot be read.</exception>
    public static EnsembleState Read(string path, Model first, string json) =>
        Read(path, json, EnsembleJson.Default.EnsembleContent, content => StateOf(content, Networks(path, first, content.OtherNetworks)));

    /// <summary>What the data beside a network stand for.</summary>
    /// <exception cref="UnrollException">They cannot be read, or do not fit each other.</exception>
    public static TState Read<TContent, TState>(string path, string json, JsonTypeInfo<TContent> type, Func<TContent, TState> make)
    {
        try
        {
            return make(JsonSerializer.Deserialize(json, type) ?? throw new JsonException("it is empty"));
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException or NullReferenceException or UnrollException)
        {
            throw new UnrollException($"{path} holds forecast data that cannot be read: {failure.Message.ReplaceLineEndings(" ")} Train the network again.", failure);
        }
    }

    /// <summary>The first network, and the others as whole model files.</summary>
    public static Model[] Networks(string path, Model first, byte[][] others) => [first, .. others.Select(bytes => ModelFile.FromBytes(bytes, path).Model)];

    /// <summary>All but the networks.</summary>
    public static EnsembleContent ContentOf(EnsembleState state)
    {
        int rows = Math.Min(MostCalibrationRows, state.Calibration.Origins);
        int skipped = state.Calibration.Origins - rows;
        return new EnsembleContent
        {
            Cell = state.Cell,
            Strategy = state.Strategy,
            Plan = state.Plan,
            Penalties = state.Linear.Penalties,
            Weights = state.Linear.Weights,
            CorrectionScales = state.CorrectionScales,
            Parts = [.. state.Parts.Select(part => new PartContent(part.Weights, part.Corrected, part.Forecaster?.State))],
            CalibrationActual = [.. Enumerable.Range(1, state.Steps).SelectMany(h => h < state.Steps ? state.Calibration.Actual(h)[skipped..(skipped + 1)] : state.Calibration.Actual(h)[skipped..])],
            CalibrationPredicted = [.. Enumerable.Range(skipped, rows).Select(origin => state.Calibration.From(origin).ToArray())],
            TrainedFrom = state.TrainedFrom,
            TrainedTo = state.TrainedTo,
            Joint = state.Joint,
            OtherNetworks = [],
            Head = state.Head,
            CalibrationQuantiles = state.CalibrationQuantiles is { } quantiles ? BytesOf(quantiles.Ahead[skipped..]) : null,
        };
    }

    /// <exception cref="JsonException">The parts do not fit each other.</exception>
    /// <exception cref="NotSupportedException">A part is unknown.</exception>
    public static EnsembleState StateOf(EnsembleContent content, IReadOnlyList<Model> networks)
    {
        InputPlan plan = content.Plan;
        Shape input = (content.Joint ?? JointInputs.Of([plan])).Shape;
        bool isRecursive = content.Strategy == Strategy.Recursive;
        int ahead = isRecursive ? content.CalibrationPredicted.FirstOrDefault()?.Length ?? 0 : plan.Steps;
        bool isContinued = plan.Steps == 1 && plan.Alike.Concat(plan.Past.Select(column => column.Name)).All(name => content.Joint?.Plans.Any(other => other.Target == name) ?? false);
        int outputs = plan.Steps * (content.Joint?.Plans.Count ?? 1) * Heads.OutputsOf(content.Head);
        bool fits = content.Weights.Length == plan.Steps && content.Weights.All(weights => weights.Length == InputFrame.LinearInputsOf(plan) + 1)
            && content.CorrectionScales.Length == plan.Steps && content.Parts.All(part => part.Weights.Length == plan.Steps)
            && (!isRecursive || isContinued) && content.CalibrationPredicted.All(predicted => predicted.Length == ahead)
            && (content.Joint is not { } joint || joint.Plans.ElementAtOrDefault(joint.Index)?.Target == plan.Target)
            && networks.All(network => network.InputShape == input && network.OutputShape.Size == outputs)
            && (content.CalibrationQuantiles?.Length ?? 0) == (content.Head == ForecastHead.None ? 0 : sizeof(double) * Heads.Levels.Length * ahead * content.CalibrationPredicted.Length);
        if (!fits)
            throw new JsonException("its parts do not fit each other.");
        return new EnsembleState
        {
            Cell = content.Cell,
            Strategy = content.Strategy,
            Linear = new LinearStage(plan, content.Penalties, content.Weights),
            Networks = networks,
            CorrectionScales = content.CorrectionScales,
            Parts = [.. content.Parts.Select(part => new BlendPart(part.Weights, part.Corrected, part.Baseline is { } state ? BaselineForecaster.Restore(state, plan.Target) : null))],
            Calibration = new HorizonForecast(content.CalibrationActual, content.CalibrationPredicted),
            Head = content.Head,
            CalibrationQuantiles = content.CalibrationQuantiles is { } bytes ? QuantilesOf(bytes, ahead, content.CalibrationPredicted.Length) : null,
            TrainedFrom = content.TrainedFrom,
            TrainedTo = content.TrainedTo,
            Joint = content.Joint,
        };
    }

    private static byte[] BytesOf(double[][] quantiles)
    {
        double[] all = [.. quantiles.SelectMany(row => row)];
        var bytes = new byte[all.Length * sizeof(double)];
        for (int i = 0; i < all.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), all[i]);
        return bytes;
    }

    private static HorizonQuantiles QuantilesOf(byte[] bytes, int steps, int origins)
    {
        int each = bytes.Length / sizeof(double) / Math.Max(1, origins);
        double Number(int i) => BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)));
        return new HorizonQuantiles(steps, [.. Enumerable.Range(0, origins).Select(origin => Enumerable.Range(origin * each, each).Select(Number).ToArray())]);
    }
}

/// <summary>What stands beside the first network.</summary>
internal sealed record EnsembleContent
{
    public required CellKind Cell { get; init; }

    /// <summary>Written where it is not direct.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Strategy Strategy { get; init; }

    public required InputPlan Plan { get; init; }

    public required double[] Penalties { get; init; }

    /// <summary>[H][inputs + 1].</summary>
    public required double[][] Weights { get; init; }

    public required double[] CorrectionScales { get; init; }

    public required PartContent[] Parts { get; init; }

    public required double[] CalibrationActual { get; init; }

    public required double[][] CalibrationPredicted { get; init; }

    public required DateTime TrainedFrom { get; init; }

    public required DateTime TrainedTo { get; init; }

    /// <summary>What the networks look at where they predict several targets at once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JointInputs? Joint { get; init; }

    /// <summary>Whole model files.</summary>
    public required byte[][] OtherNetworks { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ForecastHead Head { get; init; }

    /// <summary>[rows][H, K], 8 bytes each, the lowest first; null without a head.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? CalibrationQuantiles { get; init; }
}

internal sealed record PartContent(double[] Weights, bool Corrected, BaselineState? Baseline);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(EnsembleContent))]
internal sealed partial class EnsembleJson : JsonSerializerContext;
