namespace Unroll.Forecasting;

/// <summary>One thing to forecast: a target column of one series.</summary>
/// <param name="Series">The key of the series; "" for a plain table.</param>
/// <param name="Target">The column, as the file spells it.</param>
public readonly record struct Part(string Series, string Target)
{
    /// <summary>For example <c>North, sales</c>; of a plain table the target alone.</summary>
    public override string ToString() => Series.Length == 0 ? Target : $"{Series}, {Target}";
}

/// <summary>A series or a part that is not forecast, and why.</summary>
/// <param name="Series">The key of the series.</param>
/// <param name="Reason">A sentence.</param>
public sealed record LeftOut(string Series, string Reason);
