using System.Globalization;

namespace Unroll.Reports.Rendering;

/// <summary>The part of one target on the page of several.</summary>
internal static class TargetParts
{
    /// <param name="report">The target.</param>
    /// <param name="number">Which one it is, from 1.</param>
    /// <param name="address">Its own page.</param>
    public static string Section(ForecastReport report, int number, string address)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"target-{number}"), target = HtmlParts.Escape(report.Target);

        // The pictures of all targets share a page, so their identifiers carry the number besides.
        string picture = Charts.Prediction(report).Svg.TrimEnd()
            .Replace("id=\"prediction-", $"id=\"{id}-", StringComparison.Ordinal)
            .Replace("url(#prediction-", $"url(#{id}-", StringComparison.Ordinal);
        return $"""
            <section aria-labelledby="{id}">
            <h2 id="{id}">{target}</h2>
            <div class="verdict" role="note" aria-label="Verdict of {target}">
            {HtmlParts.Verdict(report)}
            </div>
            {HtmlParts.Errors(report)}
            {HtmlParts.Next(report)}
            <div class="still">
            {picture}
            </div>
            <p class="links"><a href="{HtmlParts.Escape(address)}">The whole report of {target}</a></p>
            </section>
            """;
    }
}
