using Google.Protobuf;
using Unroll.Exchange.OnnxFormat.Forecasts;
using Unroll.Exchange.TensorFiles;
using Unroll.Forecasting;
using Unroll.Formats;

namespace Unroll.Exchange;

/// <summary>How a forecaster is written in the ONNX format.</summary>
public sealed record OnnxForecastOptions
{
    /// <summary>Of a forecaster of several series those that the graph forecasts, in the order of its first axis; null: all.</summary>
    public IReadOnlyList<string>? Series { get; init; }
}

/// <content>Whole forecasts as ONNX graphs.</content>
public static partial class Onnx
{
    /// <summary>
    /// Writes a fitted forecaster as one ONNX graph (opset 17) that any ONNX runtime runs without Unroll: the newest rows of a table go in
    /// as they are, with their dates and those of the rows to come, and out come the forecast of all rows to come in the units of the
    /// targets, its quantiles, and the naive forecast beside it. Scaling, inputs from the calendar, least squares, networks, the blend and
    /// the way back to the units are in the graph. The values are those of
    /// <see cref="PartsForecaster.Predict(SeriesSet, int, MissingPolicy?)"/> for the same rows; the widths of quantiles are those after the
    /// rows that the forecaster was fitted to.
    /// </summary>
    /// <param name="forecaster">Fitted or loaded.</param>
    /// <param name="path">The file, which is written whole or not at all.</param>
    /// <param name="options">Which series.</param>
    /// <exception cref="UnsupportedModelException">It uses code of your own, or layers that a graph of forecasts does not have.</exception>
    /// <exception cref="InvalidOperationException">The forecaster is not fitted.</exception>
    /// <exception cref="UnrollException">It has no series of a name in the options, or the file cannot be written.</exception>
    /// <example>
    /// <code>
    /// PartsForecaster forecaster = ForecastFile.Load("forecast-report/forecast.unroll");
    /// Onnx.Save(forecaster, "forecast.onnx");
    /// </code>
    /// </example>
    public static void Save(PartsForecaster forecaster, string path, OnnxForecastOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        AtomicFile.Write(path, Bytes(forecaster, options));
    }

    /// <inheritdoc cref="Save(PartsForecaster, string, OnnxForecastOptions?)"/>
    /// <param name="forecaster">Fitted or loaded.</param>
    /// <param name="stream">Where it is written.</param>
    /// <param name="options">Which series.</param>
    public static void Save(PartsForecaster forecaster, Stream stream, OnnxForecastOptions? options = null)
    {
        FileBytes.Write(stream, Bytes(forecaster, options));
    }

    private static byte[] Bytes(PartsForecaster forecaster, OnnxForecastOptions? options)
    {
        ArgumentNullException.ThrowIfNull(forecaster);
        return ForecastGraph.Write(forecaster, options?.Series).ToByteArray();
    }
}
