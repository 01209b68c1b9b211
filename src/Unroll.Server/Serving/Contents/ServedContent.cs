using Unroll.Exchange;
using Unroll.Forecasting;

namespace Unroll.Server.Serving;

/// <summary>What a file of the folder holds, one version of it.</summary>
internal abstract class ServedContent(string version)
{
    /// <summary>By what the version is known: 64 hexadecimal digits.</summary>
    public string Version => version;

    /// <summary>network, forecaster or graph.</summary>
    public abstract string Kind { get; }

    /// <summary>What it takes: of a forecaster nothing, because it takes a table.</summary>
    public IReadOnlyList<TensorInfo> Inputs { get; protected init; } = [];

    /// <summary>What it gives.</summary>
    public IReadOnlyList<TensorInfo> Outputs { get; protected init; } = [];

    /// <summary>All numbers that training set; null where that is not known.</summary>
    public long? Parameters { get; protected init; }

    /// <summary>Reads what a file holds.</summary>
    /// <exception cref="UnrollException">It is damaged, or has no whole model.</exception>
    public static ServedContent Read(string path, string version, ServeOptions options, ServeMetrics metrics)
    {
        ExchangeFormat format = ExchangeFormats.Of(path);
        if (format.Extensions.Contains(".unroll"))
        {
            return UnrollContents.ForecasterOf(path) is { } forecaster
                ? new ForecasterContent(forecaster, version, options)
                : new NetworkContent(Model.Load(path), version, options, metrics);
        }

        try
        {
            return new NetworkContent(ExchangeFormats.Load(path), version, options, metrics);
        }
        catch (UnsupportedModelException reason) when (format.Extensions.Contains(".onnx"))
        {
            return Graph(path, version, options) ?? throw new UnrollException(reason.Message, reason);
        }
    }

    /// <summary>A graph that has no form as layers but can be run; null where that cannot be done either.</summary>
    private static GraphContent? Graph(string path, string version, ServeOptions options)
    {
        try
        {
            return new GraphContent(OnnxModel.Load(path), version, options);
        }
        catch (UnsupportedModelException)
        {
            return null;
        }
    }
}

/// <summary>A fitted forecaster.</summary>
internal sealed class ForecasterContent : ServedContent
{
    public ForecasterContent(PartsForecaster forecaster, string version, ServeOptions options)
        : base(version)
    {
        Forecaster = forecaster;
        foreach (Model network in forecaster.Networks)
            network.Threads = options.Threads;
        Parameters = forecaster.Parameters;
        Gate = new Gate(Environment.ProcessorCount, options.MostWaiting);
    }

    public override string Kind => "forecaster";

    public PartsForecaster Forecaster { get; }

    public Gate Gate { get; }
}

/// <summary>An ONNX graph that is run as it is.</summary>
internal sealed class GraphContent : ServedContent
{
    public GraphContent(OnnxModel model, string version, ServeOptions options)
        : base(version)
    {
        Model = model;
        Inputs = [.. model.Inputs.Select(InfoOf)];
        Outputs = [.. model.Outputs.Select(InfoOf)];
        Gate = new Gate(Environment.ProcessorCount, options.MostWaiting);
    }

    public override string Kind => "graph";

    public OnnxModel Model { get; }

    public Gate Gate { get; }

    private static TensorInfo InfoOf(OnnxValue value) => new(value.Name, DataTypeOf(value.Type), value.Shape);

    private static string DataTypeOf(TensorType type) => type switch
    {
        TensorType.Float32 => "FP32",
        TensorType.Float64 => "FP64",
        TensorType.Float16 => "FP16",
        TensorType.BFloat16 => "BF16",
        TensorType.Boolean => "BOOL",
        _ => type.ToString().ToUpperInvariant(),
    };
}
