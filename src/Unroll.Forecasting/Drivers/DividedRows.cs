namespace Unroll.Forecasting;

/// <summary>The forecasts of a rule from one origin, and how much of each is level and how much season.</summary>
/// <param name="Ahead">[H].</param>
internal sealed record DividedRows(double[] Ahead)
{
    /// <summary>[H], 0 until it is written.</summary>
    public double[] Level { get; } = new double[Ahead.Length];

    /// <summary>[H], 0 until it is written.</summary>
    public double[] Season { get; } = new double[Ahead.Length];
}
