using System.Globalization;
using System.Text.Json;
using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Forecasting;

namespace Unroll.Exchange.OnnxFormat.Forecasts;

/// <summary>What a program must know that runs the graph of a forecaster: one JSON object beside the names of the model.</summary>
internal static class ForecastMetadata
{
    public const string Key = "unroll.forecast";

    public static void Write(ModelProto model, PartsForecaster forecaster, ForecastColumns columns, bool hasQuantiles)
    {
        string version = typeof(Model).Assembly.GetName().Version?.ToString(3) ?? "";
        model.ProducerVersion = version;
        model.DocString = "A forecast of the rows to come from the newest rows of a table, made by Unroll. "
            + "The metadata unroll.forecast says how to call it."
            + (hasQuantiles ? " Widths of quantiles come from the errors known when the file was written: newer rows move the forecast, "
                + "and do not widen or narrow its quantiles." : "");
        Add("unroll.version", version);
        Add(Key, System.Text.Encoding.UTF8.GetString(Json(forecaster, columns, hasQuantiles)));

        void Add(string key, string value) => model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
    }

    private static byte[] Json(PartsForecaster forecaster, ForecastColumns columns, bool hasQuantiles)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream,
            new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            bool isNumbered = forecaster.Facts.IsNumbered;
            string date = isNumbered
                ? "whole numbers: the running numbers of the rows"
                : "whole numbers: milliseconds since 1970-01-01 00:00 of the dates as they stand in the table, without a time zone";
            string axes = columns.IsTable ? "" : "series, ";
            string Text(DateTime moment) => isNumbered ? RowNumbers.Text(moment)
                : moment.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
            json.WriteStartObject();
            json.WriteString("forecaster", forecaster.Name);
            json.WriteNumber("horizon", forecaster.Horizon);
            json.WriteString("rows", forecaster.FrequencyName);
            json.WriteString("first_row_learnt", Text(forecaster.TrainedOn.First));
            json.WriteString("last_row_learnt", Text(forecaster.TrainedOn.Last));
            json.WriteNumber("rows_needed",
                columns.Series.Max(key => columns.Targets.Max(target => forecaster.Models[new Part(key, target)].NeededRows)));
            Names("targets", columns.Targets);
            if (!columns.IsTable)
            {
                json.WriteString("series_column", forecaster.SeriesColumn);
                Names("series", columns.Series);
            }

            Names("history_columns", [.. columns.Targets, .. columns.Past, .. columns.Known]);
            Names("known_columns", columns.Known);
            json.WriteStartArray("quantile_levels");
            foreach (double level in hasQuantiles ? Heads.Levels : [])
                json.WriteNumberValue(level);
            json.WriteEndArray();
            json.WriteStartObject("inputs");
            json.WriteString(ForecastGraph.History,
                $"[{axes}rows, history_columns], 64-bit: the newest rows in the units of the table, oldest first, best from "
                + "first_row_learnt on; the last one is the newest with a value of every target. "
                + "Targets are complete; other columns are filled with the value before."
                + (columns.IsTable ? "" : " Series with fewer rows begin with rows of NaN."));
            json.WriteString(ForecastGraph.Dates, $"[{axes}rows], {date}, each after the one before; those of rows of NaN do not matter.");
            json.WriteString(ForecastGraph.DatesAhead, $"[{axes}horizon], the same of the rows to come.");
            if (columns.Known.Length > 0)
                json.WriteString(ForecastGraph.KnownAhead, $"[{axes}horizon, known_columns], 64-bit: their values in the rows to come.");
            json.WriteEndObject();
            json.WriteStartObject("outputs");
            json.WriteString(ForecastGraph.DatesOut, "The dates of the rows to come, as they were given.");
            json.WriteString(ForecastGraph.Values, $"[{axes}horizon, targets], 64-bit: the forecast in the units of the targets.");
            if (hasQuantiles)
            {
                json.WriteString(ForecastGraph.Quantiles,
                    $"[{axes}horizon, targets, quantile_levels], 64-bit, never crossing. Their width comes from the errors known when "
                    + "the file was written; unroll predict also counts the errors on rows since. Write the file again after an update.");
            }

            json.WriteString(ForecastGraph.Naive,
                $"[{axes}horizon, targets], 64-bit: the newest value repeated. A forecast is worth what it is better than this.");
            json.WriteString(
                "nan",
                "A forecast is NaN where the rows do not suffice: fewer than rows_needed, a target or a known column missing, dates out of "
                    + "order, or (exponential smoothing, STL + ETS) history that does not reach back to the first or last row learnt.");
            json.WriteEndObject();
            json.WriteEndObject();

            void Names(string key, IEnumerable<string> names)
            {
                json.WriteStartArray(key);
                foreach (string name in names)
                    json.WriteStringValue(name);
                json.WriteEndArray();
            }
        }

        return stream.ToArray();
    }
}
