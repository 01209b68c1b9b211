using Unroll.Training;

namespace Unroll.Tests.Layers;

/// <summary>One row of the table of gradient checks: a stack of layers, its input, and what goes on around it.</summary>
internal sealed record GradientCase(string Name, params Layer[] Layers)
{
    /// <summary>Instead of the stack: a graph of several inputs, outputs or shared layers.</summary>
    public Func<Graph>? Graph { get; init; }

    public int Steps { get; init; } = 4;

    public int Features { get; init; } = 3;

    public int Rows { get; init; } = 3;

    /// <summary>The shape of an input that is neither a vector nor a sequence: an image (H, W, C).</summary>
    public Shape? Input { get; init; }

    /// <summary>
    /// Input values in place of random ones, for layers that take whole numbers: [rows, ...], repeated for further rows. Their gradients
    /// are not checked.
    /// </summary>
    public double[]? Inputs { get; init; }

    /// <summary>A vector (F) goes in, not a sequence.</summary>
    public bool Vector { get; init; }

    /// <summary>Null: a random linear function of the outputs, and of the final states.</summary>
    public Loss? Loss { get; init; }

    /// <summary>Instead of normal ones: the targets of all rows, repeated from the start.</summary>
    public double[]? Targets { get; init; }

    /// <summary>Weights of the steps of all rows, repeated from the start; null: all count alike.</summary>
    public double[]? Weights { get; init; }

    /// <summary>Targets of a row, where the loss leaves that open.</summary>
    public int TargetSize { get; init; }

    /// <summary>Recurrent layers start from random states, and their final states count.</summary>
    public bool States { get; init; }

    /// <summary>Dropout is on, with a fixed seed.</summary>
    public bool Training { get; init; }

    /// <summary>Steps of each row that are masked: all their features are 0. Rows repeat the list.</summary>
    public int[][] Masked { get; init; } = [];

    /// <summary>How far the initial weights are stretched, so that activations leave their straight part.</summary>
    public double WeightScale { get; init; } = 1;

    public override string ToString() => Name;
}

/// <summary>The library's check of gradients on one row of the table.</summary>
internal static class GradientCheck
{
    public static GradientChecker Of(GradientCase row)
    {
        Shape input = row.Input ?? (row.Vector ? new Shape(row.Features) : new Shape(row.Steps, row.Features));
        return new GradientChecker(new GradientSetup(row.Graph?.Invoke() ?? Graph.Chain(row.Layers, input))
        {
            Rows = row.Rows,
            Inputs = row.Inputs,
            Loss = row.Loss,
            Targets = row.Targets,
            Weights = row.Weights,
            TargetSize = row.TargetSize,
            States = row.States,
            Training = row.Training,
            Masked = row.Masked,
            WeightScale = row.WeightScale,
        });
    }
}
