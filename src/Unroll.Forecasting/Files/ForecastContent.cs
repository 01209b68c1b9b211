using System.Buffers.Binary;
using System.Text.Json.Serialization;
using Unroll.Formats;

namespace Unroll.Forecasting;

/// <summary>A fitted forecaster as its file holds it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(BaselineContent), "baseline")]
[JsonDerivedType(typeof(RidgeContent), "ridge")]
[JsonDerivedType(typeof(EnsembleContent), "ensemble")]
[JsonDerivedType(typeof(NetworkContent), "network")]
[JsonDerivedType(typeof(BlendContent), "blend")]
[JsonDerivedType(typeof(PretrainedContent), "pretrained")]
internal abstract record ForecasterContent
{
    public required FittedFacts Facts { get; init; }

    /// <summary>In the order of <see cref="FittedFacts.Parts"/>.</summary>
    public required PartContent[] Parts { get; init; }
}

/// <summary>What is known of a part beside its model.</summary>
/// <param name="Part">The part.</param>
/// <param name="Facts">What is known of it.</param>
/// <param name="Track">Its errors; null where they are kept elsewhere, or there are none.</param>
/// <param name="Simple">The rules that forecast it, where it is too short for more; null where the forecaster's own model does.</param>
internal sealed record PartContent(Part Part, PartFacts Facts, TrackContent? Track, BaselineState[]? Simple = null)
{
    /// <param name="model">The part.</param>
    /// <param name="withTrack">Whether its errors are kept; a member of a blend leaves that to the blend.</param>
    public static PartContent Of(PartModel model, bool withTrack) => new(
        model.Part,
        model.Facts,
        withTrack && model.Track is { } track ? TrackContent.Of(track) : null,
        model is SimpleModel simple ? Array.ConvertAll(simple.Rules, rule => rule.State) : null);
}

internal sealed record BaselineContent : ForecasterContent
{
    public required string Name { get; init; }

    /// <summary>[parts].</summary>
    public required BaselineState[] Rules { get; init; }

    public BaselineOptions? Options { get; init; }
}

internal sealed record RidgeContent : ForecasterContent
{
    /// <summary>[parts that it learnt from].</summary>
    public required LinearContent[] Linear { get; init; }

    /// <summary>[targets], whether all series share the weights.</summary>
    public required bool[] IsPooled { get; init; }
}

/// <summary>One linear model.</summary>
/// <param name="Plan">How rows become inputs.</param>
/// <param name="Penalties">[H].</param>
/// <param name="Weights">[H][inputs + 1], 8 bytes a number; where all series share theirs, empty in all but the first.</param>
internal sealed record LinearContent(InputPlan Plan, double[] Penalties, byte[][] Weights);

internal sealed record EnsembleContent : ForecasterContent
{
    public required CellKind Cell { get; init; }

    /// <summary>What tables call the networks; null for the name of the cell.</summary>
    public string? Label { get; init; }

    /// <summary>Whether their layers are the user's own, and stand in the networks alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsOwn { get; init; }

    public required RecipeContent Recipe { get; init; }

    public required Strategy Strategy { get; init; }

    public required ForecastHead Head { get; init; }

    /// <summary>Whole model files.</summary>
    public required byte[][] Networks { get; init; }

    /// <summary>[parts that it learnt from].</summary>
    public required LinearContent[] Linear { get; init; }

    /// <summary>[parts that it learnt from][H].</summary>
    public required double[][] Scales { get; init; }

    /// <summary>[targets], whether all series share the weights of ridge regression.</summary>
    public required bool[] IsPooled { get; init; }

    public required StaticInput[] Statics { get; init; }

    /// <summary>For each member how many epochs it was trained.</summary>
    public required int[] Epochs { get; init; }
}

internal sealed record NetworkContent : ForecasterContent
{
    public required string Name { get; init; }

    public required int Seed { get; init; }

    /// <summary>[parts], whole model files.</summary>
    public required byte[][] Networks { get; init; }

    /// <summary>[parts].</summary>
    public required ScalerState[] Scalers { get; init; }
}

internal sealed record PretrainedContent : ForecasterContent
{
    public required string Name { get; init; }

    /// <summary>A whole model file.</summary>
    public required byte[] Network { get; init; }

    /// <summary>Empty for the target alone.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The name of the transform whose inverse its outputs need.</summary>
    public required string Gives { get; init; }

    public required PretrainedOutputs Outputs { get; init; }

    /// <summary>[parts][columns, and the target where it is none of them].</summary>
    public required ScalerState[][] Scalers { get; init; }

    /// <summary>What scales a series that was not there, by column.</summary>
    public required Dictionary<string, ScalerContent> Scaling { get; init; }

    /// <summary>The range of rows that the network was trained on; null where that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TrainedOn { get; init; }
}

/// <summary>A scaler that is given, or a kind of which one is fitted.</summary>
/// <param name="Kind">Of one that is fitted.</param>
/// <param name="Lowest">What minmax makes of the smallest value.</param>
/// <param name="Highest">What it makes of the largest.</param>
/// <param name="Given">Null for one that is fitted.</param>
internal sealed record ScalerContent(string Kind, double Lowest, double Highest, ScalerState? Given)
{
    public static ScalerContent Of(Scaler scaler)
    {
        (double lowest, double highest) = scaler is MinMaxScaler range ? range.Range : (0, 1);
        return new ScalerContent(scaler.Kind, lowest, highest, scaler.IsFitted ? scaler.State : null);
    }

    public Scaler ToScaler() => Given is { } given ? Scaler.Restore(given)
        : Kind == MinMaxScaler.Name ? new MinMaxScaler(Lowest, Highest)
        : Scaler.Create(Kind);
}

internal sealed record BlendContent : ForecasterContent
{
    public required ForecasterContent[] Members { get; init; }

    /// <summary>[parts][members][H].</summary>
    public required double[][][] Shares { get; init; }
}

/// <summary>Numbers are 8 bytes each, little-endian.</summary>
/// <param name="Steps">H.</param>
/// <param name="Actual">n + H − 1.</param>
/// <param name="Predicted">[n, H].</param>
/// <param name="Head">[n, H, K]; null without a head.</param>
/// <param name="Later">[m, H].</param>
/// <param name="LaterHead">[m, H, K]; null without a head.</param>
/// <param name="LaterActual">m.</param>
internal sealed record TrackContent(int Steps, byte[] Actual, byte[] Predicted, byte[]? Head, byte[] Later, byte[]? LaterHead,
    byte[] LaterActual)
{
    public static TrackContent Of(TrackRecord track) => new(
        track.Validation.Steps,
        BytesOf(track.Validation.AllActual),
        BytesOf([.. Enumerable.Range(0, track.Validation.Origins).SelectMany(origin => track.Validation.From(origin).ToArray())]),
        track.ValidationHead is { } head ? BytesOf([.. head.Ahead.SelectMany(row => row)]) : null,
        BytesOf([.. track.Later.SelectMany(row => row)]),
        track.LaterHead is { } later ? BytesOf([.. later.Ahead.SelectMany(row => row)]) : null,
        BytesOf(track.LaterActual));

    /// <exception cref="UnrollException">The numbers do not fit each other.</exception>
    public TrackRecord ToRecord()
    {
        double[][] predicted = RowsOf(Predicted, Steps), later = RowsOf(Later, Steps);
        HorizonQuantiles? Quantiles(byte[]? bytes, int rows)
        {
            if (bytes is null)
                return null;
            double[][] ahead = RowsOf(bytes, Steps * Heads.Levels.Length);
            return ahead.Length == rows
                ? new HorizonQuantiles(Steps, ahead)
                : throw new UnrollException("its quantiles do not fit its forecasts.");
        }

        double[] laterActual = NumbersOf(LaterActual);
        return laterActual.Length == later.Length
            ? new TrackRecord(new HorizonForecast(NumbersOf(Actual), predicted), Quantiles(Head, predicted.Length))
            {
                Later = later,
                LaterHead = Quantiles(LaterHead, later.Length),
                LaterActual = laterActual
            }
            : throw new UnrollException("its later rows do not fit each other.");
    }

    public static byte[] BytesOf(ReadOnlySpan<double> numbers)
    {
        var bytes = new byte[numbers.Length * sizeof(double)];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), numbers[i]);
        return bytes;
    }

    public static double[] NumbersOf(byte[] bytes)
    {
        if (bytes.Length % sizeof(double) != 0)
            throw new UnrollException("its numbers are cut off.");
        var numbers = new double[bytes.Length / sizeof(double)];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)));
        return numbers;
    }

    private static double[][] RowsOf(byte[] bytes, int each)
    {
        double[] numbers = NumbersOf(bytes);
        return each > 0 && numbers.Length % each == 0
            ? [.. Enumerable.Range(0, numbers.Length / each).Select(i => numbers[(i * each)..((i + 1) * each)])]
            : throw new UnrollException("its numbers do not fill whole rows.");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ForecasterContent))]
internal sealed partial class ForecastFileJson : JsonSerializerContext
{
    /// <summary>With the kinds that are registered.</summary>
    public static KindJson Kinds => field ??= new KindJson(Default);
}
