using System.Text;
using System.Text.Json;

namespace Unroll.Reports.Rendering;

/// <summary>
/// The numbers behind the interactive charts as JSON: every double as its shortest round-trip form, null where it is
/// not finite, dates as seconds since 1970 as if in UTC. The default encoder leaves no &lt; in it, so no text can
/// close the script element it stands in.
/// </summary>
internal static class ReportData
{
    public static string ToJson(ForecastReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("target", ReportText.ValueTitle(report));
            json.WriteBoolean("hours", ReportText.DateFormat(report).Contains("HH", StringComparison.Ordinal));

            json.WriteStartObject("series");
            WriteDates(json, "dates", report.Dates);
            WriteNumbers(json, "actual", report.Actual);
            WriteDate(json, "trainFrom", report.TrainFrom);
            WriteDate(json, "trainTo", report.TrainTo);
            json.WriteEndObject();

            json.WriteStartObject("test");
            WriteDates(json, "dates", report.TestDates);
            WriteNumbers(json, "actual", report.TestActual);
            WriteNumbers(json, "naive", report.Naive);
            json.WriteStartArray("models");
            foreach (ModelResult model in report.Models)
            {
                json.WriteStartObject();
                json.WriteString("name", ReportText.Clean(model.Name));
                WriteNumbers(json, "values", model.Predictions);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (report.Banded is { } banded)
            {
                json.WriteStartObject("band");
                json.WriteString("name", ForecastReport.BandTitle(banded));
                json.WriteNumber("model", report.Models.ToList().IndexOf(banded));
                WriteNumbers(json, "lower", [.. banded.Band!.Select(interval => interval.Lower)]);
                WriteNumbers(json, "upper", [.. banded.Band!.Select(interval => interval.Upper)]);
                json.WriteEndObject();
            }

            json.WriteEndObject();

            WriteLosses(json, report.Losses);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static void WriteLosses(Utf8JsonWriter json, IReadOnlyList<LossCurve> curves)
    {
        json.WriteStartObject("loss");
        json.WriteBoolean("log", LossScale.IsLogarithmic(curves));
        json.WriteStartArray("models");
        foreach (LossCurve curve in curves)
        {
            json.WriteStartObject();
            json.WriteString("name", ReportText.Clean(curve.Name));
            WriteNumbers(json, "train", curve.Training);
            if (curve.Validation is { } validation)
                WriteNumbers(json, "validation", validation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<double> values)
    {
        json.WriteStartArray(name);
        foreach (double value in values)
        {
            if (double.IsFinite(value))
                json.WriteNumberValue(value);
            else
                json.WriteNullValue();
        }

        json.WriteEndArray();
    }

    public static void WriteDates(Utf8JsonWriter json, string name, IReadOnlyList<DateTime> dates)
    {
        json.WriteStartArray(name);
        foreach (DateTime date in dates)
            json.WriteNumberValue(Seconds(date));
        json.WriteEndArray();
    }

    private static void WriteDate(Utf8JsonWriter json, string name, DateTime date) => json.WriteNumber(name, Seconds(date));

    private static decimal Seconds(DateTime date)
    {
        long ticks = date.Ticks - DateTime.UnixEpoch.Ticks;
        return ticks % TimeSpan.TicksPerSecond == 0 ? ticks / TimeSpan.TicksPerSecond : ticks / (decimal)TimeSpan.TicksPerSecond;
    }
}
