using Unroll.Exchange;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>The files of networks that can be judged.</summary>
internal static class JudgedNetwork
{
    /// <exception cref="UnrollException">The file cannot be read, or holds something else.</exception>
    public static PretrainedForecaster Load(string path, NetworkFiles files, PretrainedOptions options)
    {
        if (files.Into is null && path.EndsWith(".unroll", StringComparison.OrdinalIgnoreCase)
            && ExchangeFormats.Inspect(path).Kind == FileKind.Forecaster)
            throw new UnrollException($"{path} holds a forecaster, its scales with it: unroll forecast has judged it, and unroll "
                + $"predict uses it. {Advice(path, ForecastFile.Load(path))}");
        try
        {
            return new PretrainedForecaster(files.Load(path), options);
        }
        catch (UnsupportedModelException) when (files.Into is null && path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            // A graph that has no form as layers is run as it is.
            return OnnxNetwork.Load(path, files.Options.Steps, options);
        }
        catch (UnsupportedModelException unsupported)
        {
            throw ExchangeErrors.Of(files.Into ?? path, unsupported);
        }
    }

    /// <summary>A network can be taken out of a forecaster that is a network, and of no other.</summary>
    private static string Advice(string path, PartsForecaster forecaster) => forecaster.Networks.Count switch
    {
        1 when forecaster is NetworkForecaster or PretrainedForecaster =>
            $"To judge its network alone, take it out: unroll convert {ShellWord.Quote(path)} network.keras.",
        0 => $"It has no network: it is {forecaster.Name}. Give the file of a network.",
        1 => $"Its network ({forecaster.Name}) is a part of it, which forecasts nothing alone. Give the file of one network.",
        _ => $"It has {forecaster.Networks.Count} networks ({forecaster.Name}), of which none can be taken out alone. "
            + "Give the file of one network.",
    };
}
