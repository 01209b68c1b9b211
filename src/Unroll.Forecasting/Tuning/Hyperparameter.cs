using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>One of the settings that a search chooses, with its value in a trial as a number and as text.</summary>
public sealed class Hyperparameter
{
    private readonly Func<TrialSettings, double> _value;
    private readonly Func<double, string> _text;

    private Hyperparameter(string name, Func<TrialSettings, double> value, Func<double, string>? text = null) =>
        (Name, _value, _text) = (name, value, text ?? (number => number.ToString(CultureInfo.InvariantCulture)));

    /// <summary>All of them, in the order of tables and charts.</summary>
    public static IReadOnlyList<Hyperparameter> All { get; } =
    [
        new("cell", settings => (double)settings.Cell, value => new NetworkRecipe { Cell = (CellKind)value }.Key) { IsChoice = true },
        new("layers", settings => settings.Layers) { IsChoice = true },
        new("units", settings => settings.Units) { IsLogarithmic = true },
        new("window", settings => settings.Window) { IsLogarithmic = true },
        new("learning rate", settings => settings.LearningRate) { IsLogarithmic = true },
        new("dropout", settings => settings.Dropout),
    ];

    /// <summary>In words: <c>learning rate</c>.</summary>
    public string Name { get; }

    /// <summary>A few values without steps between them: the cell, the layers.</summary>
    public bool IsChoice { get; private init; }

    /// <summary>Equal factors, not equal differences, are equal steps.</summary>
    public bool IsLogarithmic { get; private init; }

    /// <summary>Its value in a trial; of a cell the number of its <see cref="CellKind"/>.</summary>
    public double Value(TrialSettings settings) => _value(settings);

    /// <summary>Its value in a trial as options and tables spell it.</summary>
    public string Text(TrialSettings settings) => Text(Value(settings));

    /// <summary>A value as options and tables spell it.</summary>
    public string Text(double value) => _text(value);

    public override string ToString() => Name;
}
