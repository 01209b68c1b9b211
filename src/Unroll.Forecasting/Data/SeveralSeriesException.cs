namespace Unroll.Forecasting;

/// <summary>A file of several series was read as one: name the column that tells them apart.</summary>
public sealed class SeveralSeriesException : UnrollException
{
    /// <param name="message">One line: what, where, what to do.</param>
    /// <param name="seriesColumn">The column that seems to name the series.</param>
    public SeveralSeriesException(string message, string seriesColumn)
        : base(message) => SeriesColumn = seriesColumn;

    /// <summary>The column that seems to name the series.</summary>
    public string SeriesColumn { get; }
}
