using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// The pinball loss, mean over quantiles: ρ = τ(y − q) where y ≥ q, (1 − τ)(q − y) elsewhere. It is smallest where each output q
/// is the value that y stays below with probability τ (Koenker and Bassett 1978). At τ = ½ it is half the absolute error.
/// </summary>
/// <param name="Quantiles">τ(1) &lt; … &lt; τ(k), each above 0 and below 1. The k outputs of a target are its quantiles,
/// in this order.</param>
public sealed record QuantileLoss(IReadOnlyList<double> Quantiles) : Loss
{
    private readonly double[] _quantiles = Copy(Quantiles);

    /// <summary>τ(1) &lt; … &lt; τ(k), each above 0 and below 1.</summary>
    public IReadOnlyList<double> Quantiles
    {
        get => _quantiles;
        init => _quantiles = Copy(value);
    }

    /// <summary>k, one output for each quantile.</summary>
    [JsonIgnore]
    public override int OutputsPerTarget => _quantiles.Length;

    [JsonIgnore]
    public override int PointOutput => Array.IndexOf(_quantiles, 0.5);

    internal override bool TakesAnyTarget => true;

    [JsonIgnore]
    public override string Name => "quantile loss";

    /// <summary>
    /// A model's outputs with the quantiles of each target in order. Each output is learnt by itself, so quantiles may cross; sorted,
    /// they are nowhere farther from the true ones (Chernozhukov, Fernández-Val and Galichon 2010).
    /// </summary>
    /// <param name="outputs">n·k outputs: those of target i at i·k, …, i·k + k − 1.</param>
    /// <returns>[n, k], row-major, in the units of the targets.</returns>
    /// <exception cref="ArgumentException">The outputs are no whole number of targets.</exception>
    public double[] Rearrange(ReadOnlySpan<float> outputs)
    {
        int each = OutputsPerTarget;
        var sorted = new double[Targets(outputs) * each];
        for (int i = 0; i < sorted.Length; i++)
            sorted[i] = outputs[i];
        for (int i = 0; i < sorted.Length; i += each)
            sorted.AsSpan(i, each).Sort();
        return sorted;
    }

    public bool Equals(QuantileLoss? other) => other is not null && _quantiles.AsSpan().SequenceEqual(other._quantiles);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (double quantile in _quantiles)
            hash.Add(quantile);
        return hash.ToHashCode();
    }

    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Quantiles = [").AppendJoin(", ", _quantiles.Select(quantile => quantile.ToString(CultureInfo.InvariantCulture)))
            .Append(']');
        return true;
    }

    public override void Validate()
    {
        if (_quantiles.Length == 0)
            throw new UnrollException("The quantile loss has no quantiles; it needs at least 1, for example 0.5.");
        for (int j = 0; j < _quantiles.Length; j++)
        {
            if (_quantiles[j] is not (> 0 and < 1))
                throw new UnrollException($"The quantile loss has the quantile {_quantiles[j]}; each must be above 0 and below 1.");
            if (j > 0 && _quantiles[j] <= _quantiles[j - 1])
                throw new UnrollException($"The quantiles of the quantile loss must increase, but {_quantiles[j]} follows "
                    + $"{_quantiles[j - 1]}. Sort them and name each once.");
        }
    }

    public override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double sum = 0, factor = double.CreateTruncating(scale) / _quantiles.Length;
        for (int i = 0; i < targets.Length; i++)
        {
            Span<T> outputs = predictionsToGradients.Slice(i * _quantiles.Length, _quantiles.Length);
            double y = double.CreateTruncating(targets[i]), losses = 0;
            for (int j = 0; j < outputs.Length; j++)
            {
                // e is q − y. At 0 the derivative is taken to be 0; what is no number stays none.
                double e = double.CreateTruncating(outputs[j]) - y, slope = e > 0 ? 1 - _quantiles[j] : e < 0 ? -_quantiles[j] : e;
                losses += slope * e;
                outputs[j] = T.CreateTruncating(factor * slope);
            }

            sum += losses / _quantiles.Length;
        }

        return sum;
    }

    private static double[] Copy(IReadOnlyList<double> quantiles)
    {
        ArgumentNullException.ThrowIfNull(quantiles);
        return [.. quantiles];
    }
}
