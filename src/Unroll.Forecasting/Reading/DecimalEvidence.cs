namespace Unroll.Forecasting;

/// <summary>What the cells of a column show of the decimal sign: how many of each kind, and the first row of each.</summary>
internal sealed class DecimalEvidence
{
    public Cells Point { get; private set; } = Cells.None;

    public Cells Comma { get; private set; } = Cells.None;

    /// <summary>Cells that are one number with a decimal point and another with a comma.</summary>
    public Cells Doubt { get; private set; } = Cells.None;

    public void Add(DecimalShown shown, int row)
    {
        switch (shown)
        {
            case DecimalShown.Point:
                Point = Point.With(row);
                break;
            case DecimalShown.Comma:
                Comma = Comma.With(row);
                break;
            case DecimalShown.Doubt:
                Doubt = Doubt.With(row);
                break;
        }
    }

    /// <summary>The cells that can only be read with this decimal sign.</summary>
    public Cells Of(char sign) => sign == '.' ? Point : Comma;

    /// <param name="Count">How many.</param>
    /// <param name="Row">The row of the first; -1 for none.</param>
    internal readonly record struct Cells(int Count, int Row)
    {
        public static readonly Cells None = new(0, -1);

        public bool Any => Count > 0;

        public Cells With(int row) => new(Count + 1, Any ? Row : row);
    }
}
