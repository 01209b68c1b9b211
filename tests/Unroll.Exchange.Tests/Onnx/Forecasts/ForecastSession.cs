using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Unroll.Exchange.Tests.OnnxFiles;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>A forecaster as an ONNX graph, run by ONNX Runtime as a program without Unroll would do it: by what the metadata
/// says.</summary>
internal sealed class ForecastSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly JsonElement _metadata;

    public ForecastSession(PartsForecaster forecaster, OnnxForecastOptions? options = null)
    {
        using var stream = new MemoryStream();
        Onnx.Save(forecaster, stream, options);
        Length = stream.Length;
        _session = Session.Open(stream.ToArray());
        using JsonDocument metadata = JsonDocument.Parse(_session.ModelMetadata.CustomMetadataMap["unroll.forecast"]);
        _metadata = metadata.RootElement.Clone();
    }

    public long Length { get; }

    public JsonElement Metadata => _metadata;

    public bool HasQuantiles => _session.OutputMetadata.ContainsKey("quantiles");

    private int Horizon => _metadata.GetProperty("horizon").GetInt32();

    public string[] Names(string list) => [.. _metadata.GetProperty(list).EnumerateArray().Select(name => name.GetString()!)];

    /// <summary>A sample of the project.</summary>
    public static string Sample(string name, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "..", "samples", "data", name);

    /// <summary>Runs the graph on all rows of some data up to the newest target, with rows to come as a forecast dates them.</summary>
    public Answer Run(SeriesSet data, Forecast dated)
    {
        string[] columns = Names("history_columns"), known = Names("known_columns"), targets = Names("targets");
        bool isTable = !_metadata.TryGetProperty("series", out _);
        string[] keys = isTable ? [data.Keys[0]] : Names("series");
        TimeSeries[] tables = [.. keys.Select(key => data[key])];
        int[] counts = Array.ConvertAll(tables, table => table[targets[0]].Values.LastIndexOfAnyExcept(double.NaN) + 1);
        int rows = counts.Max();
        double[] history = new double[keys.Length * rows * columns.Length], ahead = new double[keys.Length * Horizon * known.Length];
        long[] dates = new long[keys.Length * rows], datesAhead = new long[keys.Length * Horizon];
        for (int s = 0; s < keys.Length; s++)
        {
            int before = rows - counts[s];
            long first = Milliseconds(tables[s].Dates[0], tables[s].IsNumbered);
            for (int row = 0; row < rows; row++)
            {
                dates[(s * rows) + row] = row < before ? first - before + row
                    : Milliseconds(tables[s].Dates[row - before], tables[s].IsNumbered);
                for (int c = 0; c < columns.Length; c++)
                    history[(((s * rows) + row) * columns.Length) + c] = row < before ? double.NaN
                        : tables[s][columns[c]].Values[row - before];
            }

            PartForecast part = dated[new Part(isTable ? "" : keys[s], targets[0])];
            for (int h = 0; h < Horizon; h++)
            {
                datesAhead[(s * Horizon) + h] = Milliseconds(part.Date(0, h + 1), tables[s].IsNumbered);
                for (int c = 0; c < known.Length; c++)
                    ahead[(((s * Horizon) + h) * known.Length) + c] = tables[s][known[c]].Values[counts[s] + h];
            }
        }

        int[] many = isTable ? [] : [keys.Length];
        List<NamedOnnxValue> inputs =
        [
            Tensor("history", history, [.. many, rows, columns.Length]),
            Tensor("dates", dates, [.. many, rows]),
            Tensor("dates_ahead", datesAhead, [.. many, Horizon]),
            .. known.Length > 0 ? [Tensor("known_ahead", ahead, [.. many, Horizon, known.Length])] : Array.Empty<NamedOnnxValue>(),
        ];
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = _session.Run(inputs);
        double[] Of(string name) => outputs.FirstOrDefault(output => output.Name == name)?.AsEnumerable<double>().ToArray() ?? [];
        Assert.Equal(datesAhead, outputs.First(output => output.Name == "dates_out").AsEnumerable<long>());
        return new Answer(keys, targets, Horizon, isTable, Of("values"), Of("quantiles"), Of("naive"));
    }

    public void Dispose() => _session.Dispose();

    private static long Milliseconds(DateTime date, bool isNumbered) =>
        isNumbered ? (date.Ticks - 1_577_000_000_000_000_000) / 1_000_000
            : (date - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;

    private static NamedOnnxValue Tensor<T>(string name, T[] values, int[] shape) =>
        NamedOnnxValue.CreateFromTensor(name, new DenseTensor<T>(values, shape));
}

/// <summary>What a graph said.</summary>
internal sealed record Answer(string[] Keys, string[] Targets, int Horizon, bool IsTable, double[] Values, double[] Quantiles,
    double[] Naive)
{
    public static readonly double[] Levels = [0.95, 0.9, 0.8, 0.6, 0.4, 0.2];

    public double Value(int series, int target, int step) => Values[(((series * Horizon) + step) * Targets.Length) + target];

    public double Quantile(int series, int target, int step, int level) =>
        Quantiles[(((((series * Horizon) + step) * Targets.Length) + target) * 13) + level];

    /// <summary>The largest difference to a forecast, in units of what the forecast says: of values, and of ends of intervals.</summary>
    public (double Values, double Quantiles) Apart(Forecast forecast)
    {
        double values = 0, quantiles = 0;
        for (int s = 0; s < Keys.Length; s++)
        {
            for (int k = 0; k < Targets.Length; k++)
            {
                PartForecast part = forecast[new Part(IsTable ? "" : Keys[s], Targets[k])];
                for (int h = 0; h < part.Steps; h++)
                {
                    values = Math.Max(values, Relative(Value(s, k, h), part[0, h + 1]));
                    Assert.Equal(part.HasIntervals, Quantiles.Length > 0 && !double.IsNaN(Quantile(s, k, h, 6)));
                    for (int i = 0; part.HasIntervals && i < Levels.Length; i++)
                    {
                        PredictionInterval interval = part.Interval(0, h + 1, Levels[i])!.Value;
                        quantiles = Math.Max(quantiles, Math.Max(Relative(Quantile(s, k, h, i), interval.Lower),
                            Relative(Quantile(s, k, h, 12 - i), interval.Upper)));
                    }
                }
            }
        }

        return (values, quantiles);
    }

    private static double Relative(double value, double expected) =>
        double.IsNaN(value) ? double.PositiveInfinity : Math.Abs(value - expected) / Math.Max(Math.Abs(expected), 1e-3);
}
