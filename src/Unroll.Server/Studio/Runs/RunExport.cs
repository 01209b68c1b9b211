using Microsoft.AspNetCore.Http;
using Unroll.Exchange;
using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>The files of a run that a user takes away.</summary>
internal static class RunExport
{
    /// <exception cref="RequestException">The run came to no such file, or there is no such format.</exception>
    /// <exception cref="UnrollException">The forecaster cannot be written in the format.</exception>
    public static IResult Of(Run run, string format)
    {
        string name = $"{DataStore.CleanName(Path.GetFileNameWithoutExtension(run.Row.DataName))}-{run.Id}";
        return format switch
        {
            "unroll" => Results.File(run.PathOf(RunWork.ModelName), "application/octet-stream", $"{name}.unroll"),
            "report" => Results.File(run.PathOf(RunWork.ReportName), "text/html; charset=utf-8", $"{name}.html"),
            "csv" => Results.File(run.PathOf(RunWork.FutureName), "text/csv; charset=utf-8", $"{name}.csv"),
            "predictions" => Results.File(run.PathOf(RunWork.PredictionsName), "text/csv; charset=utf-8", $"{name}-predictions.csv"),
            "onnx" => Results.File(Graph(run), "application/octet-stream", $"{name}.onnx"),
            _ => throw new RequestException(StatusCodes.Status404NotFound,
                "There is no such format. Choose unroll, onnx, csv, predictions or report."),
        };
    }

    /// <summary>The forecaster as the run saved it.</summary>
    public static PartsForecaster Forecaster(Run run) => ForecastFile.Load(run.PathOf(RunWork.ModelName));

    private static byte[] Graph(Run run)
    {
        PartsForecaster forecaster = Forecaster(run);
        using var stream = new MemoryStream();
        Onnx.Save(forecaster, stream);
        return stream.ToArray();
    }
}
