using System.Globalization;
using System.Numerics;

namespace Unroll.Forecasting;

/// <summary>The least and the most a setting may be; both belong to it.</summary>
/// <param name="Least">The least.</param>
/// <param name="Most">The most.</param>
public readonly record struct SearchRange<T>(T Least, T Most)
    where T : struct, INumber<T>
{
    /// <summary><c>8..128</c></summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Least}..{Most}");
}

/// <summary>
/// What a search chooses from. Every trial draws each setting on its own; units, window and learning rate are drawn evenly by
/// their logarithm, so that 8 to 16 units are as likely as 64 to 128.
/// </summary>
public sealed record SearchSpace
{
    /// <summary>Keeps a search apart from the weights and shuffles of the same seed.</summary>
    private const ulong FirstStream = 1UL << 40;

    /// <summary>
    /// What is searched for an ensemble: its networks correct a linear forecast, so that small ones do, and take larger steps.
    /// </summary>
    public static SearchSpace ForEnsembles { get; } = new() { Units = new(8, 64), LearningRate = new(5e-4, 1e-2) };

    /// <summary>The recurrent cells, each as likely as the others.</summary>
    public IReadOnlyList<CellKind> Cells { get; init; } = [CellKind.Lstm, CellKind.Gru, CellKind.SimpleRnn];

    /// <summary>Recurrent layers on top of each other, each number as likely as the others.</summary>
    public SearchRange<int> Layers { get; init; } = new(1, 2);

    /// <summary>H, the units of each recurrent layer, by their logarithm.</summary>
    public SearchRange<int> Units { get; init; } = new(8, 128);

    /// <summary>T, the rows a prediction looks back on, by their logarithm. The training rows may allow fewer.</summary>
    public SearchRange<int> Window { get; init; } = new(5, 120);

    /// <summary>The optimiser's learning rate, by its logarithm, to 3 digits.</summary>
    public SearchRange<double> LearningRate { get; init; } = new(1e-4, 1e-2);

    /// <summary>The share of outputs that is dropped in training, to 2 decimals.</summary>
    public SearchRange<double> Dropout { get; init; } = new(0, 0.4);

    /// <summary>
    /// The settings of one trial. They depend on the seed and the number of the trial and on nothing else, so that a trial is the
    /// same however many there are and in whatever order they run.
    /// </summary>
    /// <param name="seed">The seed of the search.</param>
    /// <param name="trial">The number of the trial, from 1.</param>
    /// <exception cref="UnrollException">A range is empty or holds a value that no network can have.</exception>
    public TrialSettings Draw(int seed, int trial)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trial, 1);
        Validate();
        var random = new RandomSource((ulong)(uint)seed, FirstStream + (ulong)trial);
        return new TrialSettings
        {
            Cell = Cells[random.NextInt32(Cells.Count)],
            Layers = Layers.Least + random.NextInt32(Layers.Most - Layers.Least + 1),
            Units = LogWhole(Units, random.NextDouble()),
            Window = LogWhole(Window, random.NextDouble()),
            LearningRate = Math.Clamp(ThreeDigits(LogBetween(LearningRate.Least, LearningRate.Most, random.NextDouble())),
                LearningRate.Least, LearningRate.Most),
            Dropout = Math.Clamp(Math.Round(Dropout.Least + ((Dropout.Most - Dropout.Least) * random.NextDouble()), 2), Dropout.Least,
                Dropout.Most),
        };
    }

    /// <summary>The space in words, by which a journal knows it again.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"cells {string.Join(' ', Cells)}, layers {Layers}, units {Units}, window {Window}, learning rate {LearningRate}, dropout "
            + $"{Dropout}");

    internal void Validate()
    {
        if (Cells is not { Count: > 0 })
            throw new UnrollException("The search has no cell to choose. Give it at least one of Lstm, Gru and SimpleRnn.");
        Check("layers", Layers, Layers.Least >= 1, "at least 1");
        Check("units", Units, Units.Least >= 1, "at least 1");
        Check("window", Window, Window.Least >= 1, "at least 1");
        Check("learning rate", LearningRate, LearningRate.Least > 0 && double.IsFinite(LearningRate.Most), "above 0");
        Check("dropout", Dropout, Dropout is { Least: >= 0, Most: < 1 }, "at least 0 and below 1");
    }

    private static void Check<T>(string name, SearchRange<T> range, bool isAllowed, string limits)
        where T : struct, INumber<T>
    {
        if (!(range.Least <= range.Most))
            throw new UnrollException($"The search's range of {name}, {range}, ends before it begins. Put the smaller number first.");
        if (!isAllowed)
            throw new UnrollException($"The search's range of {name} is {range}; it must be {limits}.");
    }

    private static double LogBetween(double least, double most, double share) =>
        Math.Exp(Math.Log(least) + ((Math.Log(most) - Math.Log(least)) * share));

    /// <summary>A whole number n has the share log(n + 1) − log(n) of the way from the least to one above the most.</summary>
    private static int LogWhole(SearchRange<int> range, double share) =>
        Math.Clamp((int)LogBetween(range.Least, range.Most + 1.0, share), range.Least, range.Most);

    private static double ThreeDigits(double value) =>
        double.Parse(value.ToString("E2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
