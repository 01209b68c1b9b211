using System.Globalization;
using System.Text;
using System.Text.Json;
using OxyPlot;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>
/// The numbers behind the interactive charts as JSON: every double as its shortest round-trip form (of several parts seven digits, which
/// are enough to draw), null where it is not finite, dates as seconds since 1970 as if in UTC, or where rows are numbered their numbers.
/// The default encoder leaves no &lt; in it, so no text can close the script element it stands in.
/// </summary>
internal static class ReportData
{
    public static string ToJson(ForecastReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteBoolean("hours", report.HasTimes);
            if (report.IsNumbered)
                json.WriteBoolean("numbers", true);
            json.WriteNumber("steps", report.Comparison.Steps);
            json.WriteBoolean("naive", report.Main.Key != report.Comparison.Naive.Key);
            json.WriteString("test", FuturePlot.TestName(report));
            json.WriteString("band", TestPlot.BandName(report));
            json.WriteNumber("main", report.ColorOf(report.Main.Key) ?? 0);
            WriteDates(json, report, "fits", report.Fits);
            json.WriteStartArray("lines");
            foreach (ForecasterScore score in report.Lines)
                WriteName(json, HtmlParts.NameOf(score), report.ColorOf(score.Key) ?? 0);
            json.WriteEndArray();
            json.WriteStartArray("parts");
            foreach (PartView view in HtmlParts.PartsWithCharts(report))
                WritePart(json, report, view);
            json.WriteEndArray();
            if (report.Comparison.Steps > 1)
                WriteSteps(json, report);
            if (!report.Main.IsSingle)
                WriteSkill(json, report);
            WriteLosses(json, LossCurve.Of(report));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WritePart(Utf8JsonWriter json, ForecastReport report, PartView view)
    {
        bool exact = report.Parts.Count == 1;
        void Numbers(string name, double[] values) => WriteNumbers(json, name, exact ? values : Array.ConvertAll(values, Round));
        void Ends(string name, Band? band)
        {
            if (band is null)
                return;
            json.WriteStartObject(name);
            Numbers("lower", band.Lower);
            Numbers("upper", band.Upper);
            json.WriteEndObject();
        }

        json.WriteStartObject();
        json.WriteString("name", ReportText.Clean(report.NameOf(view.Part)));
        json.WriteString("target", report.WithUnit(ReportText.Short(view.Part.Target)));
        json.WriteNumber("decimals", FutureTable.Decimals(report, view));
        if (view.Score is not null)
        {
            TestLines lines = TestLines.Of(report, view);
            json.WriteStartObject("test");
            WriteDates(json, report, "dates", lines.Dates);
            Numbers("actual", lines.Actual);
            Numbers("naive", lines.Naive);
            json.WriteStartArray("values");
            foreach (double[] values in lines.Values)
                WriteNumbers(json, null, exact ? values : Array.ConvertAll(values, Round));
            json.WriteEndArray();
            Ends("within80", lines.Within80);
            WriteRows(json, "starts", lines.Starts);
            json.WriteEndObject();
        }

        if (view.Future is not null)
        {
            FutureLines lines = FutureLines.Of(report, view);
            json.WriteStartObject("future");
            WriteDates(json, report, "dates", lines.Dates);
            Numbers("actual", lines.Actual);
            Numbers("test", lines.Test);
            Ends("test80", lines.Test80);
            WriteRows(json, "starts", lines.Starts);
            json.WriteNumber("first", lines.First);
            Numbers("values", lines.Values);
            Ends("within80", lines.Within80);
            Ends("within95", lines.Within95);
            if (lines.HasMarks)
                Numbers("marked", lines.Marked);
            json.WriteEndObject();
        }

        if (report.MadeOf(view.Part) is { } made)
        {
            var bars = DriverBars.Of(made);
            json.WriteStartObject("drivers");
            WriteDates(json, report, "dates", bars.Dates);
            json.WriteNumber("half", Length(report, bars.Dates[0], bars.HalfWidth(report)));
            json.WriteStartArray("bars");
            foreach (DriverBar bar in bars.Bars)
            {
                json.WriteStartObject();
                json.WriteString("name", DriverBars.Name(bar.Contribution));
                json.WriteString("color", DriverBars.Color(bar.Contribution));
                Numbers("values", bar.Values);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("total", DriverBars.SumName);
            Numbers("sum", bars.Sum);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteSteps(Utf8JsonWriter json, ForecastReport report)
    {
        json.WriteStartArray("errors");
        foreach (StepLine line in StepLines.Of(report))
        {
            json.WriteStartObject();
            json.WriteString("name", line.Name);
            json.WriteString("color", line.Color switch
            {
                StepLines.BestBaseline => "actual",
                StepLines.Naive => "naive",
                _ => Color(line.Color),
            });
            json.WriteString("style", line.Style switch { LineStyle.Dash => "dash", LineStyle.Dot => "dot", _ => "solid" });
            WriteNumbers(json, "values", line.Values);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSkill(Utf8JsonWriter json, ForecastReport report)
    {
        PartScore[] ranked = SkillOrder.Of(report);
        json.WriteStartObject("skill");
        json.WriteStartArray("names");
        foreach (PartScore score in ranked)
            json.WriteStringValue(ReportText.Short(report.NameOf(score.Part)));
        json.WriteEndArray();
        WriteNumbers(json, "naive", [.. ranked.Select(score => Round(score.Skill ?? double.NaN))]);
        WriteNumbers(json, "best", [.. ranked.Select(score => Round(score.SkillAgainstBest ?? double.NaN))]);
        json.WriteEndObject();
    }

    private static void WriteLosses(Utf8JsonWriter json, IReadOnlyList<LossCurve> curves)
    {
        json.WriteStartObject("loss");
        json.WriteBoolean("log", LossScale.IsLogarithmic(curves));
        json.WriteStartArray("models");
        foreach (LossCurve curve in curves)
        {
            json.WriteStartObject();
            json.WriteString("name", ReportText.Clean(curve.Name));
            json.WriteString("color", Color(curve.Color));
            WriteNumbers(json, "train", curve.Training);
            if (curve.Validation is { } validation)
                WriteNumbers(json, "validation", validation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteName(Utf8JsonWriter json, string name, int color)
    {
        json.WriteStartObject();
        json.WriteString("name", ReportText.Clean(name));
        json.WriteString("color", Color(color));
        json.WriteEndObject();
    }

    /// <summary>The name of a colour in report.css.</summary>
    private static string Color(int number) => string.Create(CultureInfo.InvariantCulture, $"model-{number % 4}");

    private static void WriteRows(Utf8JsonWriter json, string name, int[] rows)
    {
        json.WriteStartArray(name);
        foreach (int row in rows)
            json.WriteNumberValue(row);
        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string? name, IReadOnlyList<double> values)
    {
        if (name is null)
            json.WriteStartArray();
        else
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

    private static void WriteDates(Utf8JsonWriter json, ForecastReport report, string name, IReadOnlyList<DateTime> dates)
    {
        json.WriteStartArray(name);
        Func<DateTime, double>? numberOf = report.NumberOf;
        foreach (DateTime date in dates)
        {
            if (numberOf is null)
                json.WriteNumberValue(Seconds(date));
            else
                json.WriteNumberValue(numberOf(date));
        }

        json.WriteEndArray();
    }

    /// <summary>What a time from a date on takes of the chart, in the units of the dates or numbers.</summary>
    private static double Length(ForecastReport report, DateTime from, TimeSpan time) =>
        report.NumberOf is { } numberOf ? numberOf(from + time) - numberOf(from) : time.TotalSeconds;

    private static double Round(double value) =>
        double.Parse(value.ToString("G7", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static decimal Seconds(DateTime date)
    {
        long ticks = date.Ticks - DateTime.UnixEpoch.Ticks;
        return ticks % TimeSpan.TicksPerSecond == 0 ? ticks / TimeSpan.TicksPerSecond : ticks / (decimal)TimeSpan.TicksPerSecond;
    }
}
