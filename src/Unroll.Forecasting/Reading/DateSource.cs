namespace Unroll.Forecasting;

/// <summary>Dates that were read, from one column or several, before they are put into a zone.</summary>
/// <param name="Columns">The places of the columns in the table.</param>
/// <param name="Cells">The column that messages name.</param>
/// <param name="Dates">One a row, in the order of the file.</param>
internal sealed record DateSource(int[] Columns, CellColumn Cells, DateTime[] Dates)
{
    public string Form { get; init; } = "";

    public string? Zone { get; init; }

    /// <summary>Whether the cells say their distance from UTC.</summary>
    public bool SaysOffset { get; init; }

    /// <summary>Whether the dates are days, to which times of day can be added, rather than weeks, months and the like.</summary>
    public bool IsDays { get; init; }

    public bool HasTimes { get; init; }

    /// <summary>Whether each time is the end of its hour, 24:00 among them.</summary>
    public bool EndsOfHours { get; init; }

    /// <summary>The running numbers of rows that have no dates.</summary>
    public double[]? Numbers { get; init; }

    public List<string> Notices { get; init; } = [];

    public static DateSource Of(CellColumn cells, DateColumn column) => new([cells.Index], cells, column.Dates)
    {
        Form = column.Form,
        Zone = column.Zone,
        SaysOffset = column.SaysOffset,
        IsDays = column.IsDays,
        HasTimes = column.HasTimes,
        Notices = column.Notices,
    };
}
