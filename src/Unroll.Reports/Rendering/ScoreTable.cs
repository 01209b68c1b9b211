using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>
/// The table of forecasters: the recommended one, networks and ridge regression, then the baselines. The best figure of each column is in
/// bold, and a row is marked: the recommended one, or where there is none that of the lowest error.
/// </summary>
internal static class ScoreTable
{
    public static string Html(ForecastReport report)
    {
        Comparison comparison = report.Comparison;
        List<ForecasterScore> rows = [.. comparison.Scores];
        if (comparison.WithoutNetworks is { } without)
            rows.Insert(rows.FindIndex(score => score.Key == comparison.Recommended!.Key) + 1, without);
        Column[] columns = [.. Columns(report, rows)
            .Where(column => rows.Any(row => column.Value(row) is { } value && double.IsFinite(value)))];
        double?[] best = Array.ConvertAll(columns, column => column.Best switch
        {
            < 0 => comparison.Scores.Min(row => Finite(column.Value(row))),
            > 0 => comparison.Scores.Max(row => Finite(column.Value(row))),
            _ => null,
        });
        // A network as good as a baseline does not beat it; of equal baselines the first is the simplest.
        ForecasterScore marked = comparison.Recommended
            ?? comparison.Baselines.Concat(rows).First(row => row.Error == rows.Min(other => other.Error));

        var html = new StringBuilder(
            "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Errors of forecasters\">\n<table class=\"errors scores\">\n");
        html.Append("<thead><tr><th scope=\"col\">Forecaster</th><th scope=\"col\">Kind</th>");
        foreach (Column column in columns)
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{column.Name}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        bool isBaseline = rows[0].Kind == ForecasterKind.Baseline;
        foreach (ForecasterScore row in rows)
        {
            if (!isBaseline && row.Kind == ForecasterKind.Baseline)
            {
                html.Append("</tbody>\n<tbody>\n");
                isBaseline = true;
            }

            // What the blend would be without networks does not compete.
            bool isPart = ReferenceEquals(row, comparison.WithoutNetworks), isMarked = row.Key == marked.Key && !isPart;
            html.Append(isMarked ? "<tr class=\"lowest\">" : "<tr>");
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"row\">{Swatch(report, row)}{HtmlParts.Escape(Name(report, row))}");
            if (isMarked)
                html.Append(CultureInfo.InvariantCulture,
                    $" <span class=\"tag\">{(comparison.Recommended is null ? $"lowest {report.ErrorName}" : "recommended")}</span>");
            html.Append("</th>");
            HtmlParts.Cell(html, "Kind", Kind(row.Kind));
            for (int i = 0; i < columns.Length; i++)
                HtmlParts.Cell(html, columns[i].Name, columns[i].Text(columns[i].Value(row)),
                    best[i] is { } value && columns[i].Value(row) == value && !isPart);
            html.Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table>\n</div>").ToString();
    }

    /// <summary>What a row is called.</summary>
    public static string Name(ForecastReport report, ForecasterScore score) =>
        score.Key == report.Comparison.Naive.Key ? "Naive (the value before)"
        : ReferenceEquals(score, report.Comparison.WithoutNetworks)
            ? $"{HtmlParts.Capital(report.Comparison.Recommended!.Name)} without networks"
        : HtmlParts.NameOf(score);

    /// <summary>The colour of its lines in the charts before the name of a forecaster.</summary>
    public static string Swatch(ForecastReport report, ForecasterScore score)
    {
        if (score.Key == report.Comparison.Naive.Key)
            return "<span class=\"swatch naive\" style=\"color:var(--naive)\"></span>";
        return report.ColorOf(score.Key) is { } color && !ReferenceEquals(score, report.Comparison.WithoutNetworks)
            ? string.Create(CultureInfo.InvariantCulture, $"<span class=\"swatch\" style=\"color:var(--model-{color % 4})\"></span>")
            : "<span class=\"swatch none\"></span>";
    }

    private static string Kind(ForecasterKind kind) => kind switch
    {
        ForecasterKind.Blend => "blend",
        ForecasterKind.Network => "network",
        ForecasterKind.Ridge => "ridge",
        _ => "baseline",
    };

    private static Column[] Columns(ForecastReport report, List<ForecasterScore> rows)
    {
        Comparison comparison = report.Comparison;
        bool isSingle = report.Main.IsSingle;
        int Decimals(double? reference) => isSingle ? ReportText.Decimals(reference ?? 1) : 4;
        Column Error(string name, Func<ForecasterScore, double?> value)
        {
            int decimals = Decimals(value(comparison.Naive) ?? rows.Select(value).FirstOrDefault(each => each is not null));
            return new Column(name, value, each => ReportText.Figure(each, decimals), -1);
        }

        Column width = Error("Width of 80 %", score => score.Width(0.8)) with { Best = 0 };
        static string OfParts(double? beaten, int parts) => $"{ReportText.Count((long)beaten!.Value)} of {ReportText.Count(parts)}";
        int count = report.Main.Parts.Count;
        Column[] parts =
        [
            new Column("Beats naive", score => score.PartsBeatNaive, value => OfParts(value, count), 0),
            new Column("Beats best", score => score.PartsBeatBest, value => OfParts(value, count), 0),
        ];
        return
        [
            Error(report.ErrorName, score => score.Error),
            Error(report.Main.OtherMetric.NameOf(isSingle), score => score.ErrorOf(score.OtherMetric)),
            .. isSingle ? [new Column("MAPE", score => score.Parts[0].Mape, ReportText.Percent, -1)] : Array.Empty<Column>(),
            .. report.Task.Metric == ForecastMetric.Crps ? Array.Empty<Column>() : [Error("CRPS", score => score.Crps)],
            new Column("Skill", score => score.Skill, value => ReportText.Figure(value, 3), 1),
            new Column("Skill vs best", score => score.SkillAgainstBest, value => ReportText.Figure(value, 3), 1),
            .. isSingle ? [] : parts,
            new Column("In 80 %", score => score.Coverage(0.8), ReportText.Share, 0),
            new Column("In 95 %", score => score.Coverage(0.95), ReportText.Share, 0),
            width,
        ];
    }

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    /// <summary>
    /// A column of figures: its heading, the figure of a row, how it is written, and whether the lowest (−1) or the highest (1) is best.
    /// </summary>
    private sealed record Column(string Name, Func<ForecasterScore, double?> Value, Func<double?, string> Text, int Best);
}
