using System.Globalization;
using OxyPlot;
using Unroll.Forecasting;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <content>The chart of what the rows to come are made of.</content>
public static partial class Charts
{
    /// <summary>
    /// What the forecasts of the rows to come add to the level: for each row a bar of its contributions, those above 0 upwards and those
    /// below downwards, and their sum as a line. Of several parts a picture each, as in <see cref="Forecast"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The report has no contributions.</exception>
    public static Chart Drivers(ForecastReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Contributions.Count == 0)
            throw new ArgumentException("The report does not say what the rows to come are made of.", nameof(report));
        int steps = report.Contributions[0].Rows.Count;
        string rows = steps == 1 ? "the next row adds" : string.Create(CultureInfo.InvariantCulture, $"the next {steps:N0} rows add");
        string title = $"{report.Targets}: what {rows} to the level";
        if (report.Parts.Count > 1)
            return PartPictures.Draw(report, "drivers", title, view => report.MadeOf(view.Part) is not null, PartPictures.Drivers);
        PlotModel plot = Plot(title, report);
        DriverBars.Fill(plot, report, DriverBars.Of(report.Contributions[0]));
        return Draw(plot, "drivers");
    }
}
