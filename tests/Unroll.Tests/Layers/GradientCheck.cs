using System.Globalization;
using Unroll.Kernels;
using Unroll.Layers;

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

    /// <summary>Input values in place of random ones, for layers that take whole numbers: [rows, ...], repeated for further rows. Their gradients are not checked.</summary>
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

/// <summary>
/// The gradients of weights, inputs and initial states against central differences in double. Every value of a small array
/// is checked, a spread of each large one, and all values together along a random direction.
/// </summary>
internal sealed class GradientCheck
{
    private const double Step = 1e-5, Relative = 1e-4, Absolute = 1e-8;
    private const int MostPerArray = 60;
    private readonly GradientCase _case;
    private readonly Network<double> _network;
    private readonly double[] _inputs, _targets, _outputs;
    private readonly TestBatch<double> _batch;
    private readonly Loss _loss;
    private readonly List<Checked> _arrays = [];

    public GradientCheck(GradientCase row)
    {
        _case = row;
        Shape input = row.Input ?? (row.Vector ? new Shape(row.Features) : new Shape(row.Steps, row.Features));
        _network = new Network<double>(row.Graph?.Invoke() ?? Graph.Chain(row.Layers, input), Kernels<double>.Best, threads: 1, inputGradient: true) { StepSeed = 42 };
        _network.Parameters.Initialize(7);
        Span<double> weights = _network.Parameters.Values[.._network.Parameters.Count];
        double[] noise = TestData.Normal(weights.Length, 3, 0.2);
        for (int i = 0; i < weights.Length; i++)
            weights[i] = row.WeightScale * weights[i] + noise[i];
        _inputs = TestData.Normal(row.Rows * _network.InputSize, 4);
        for (int i = 0; i < _inputs.Length && row.Inputs is not null; i++)
            _inputs[i] = row.Inputs[i % row.Inputs.Length];
        bool[] skipped = Mask(_inputs);
        _loss = row.Loss ?? new UpstreamLoss();
        int targets = _loss.TargetsOf(_network.Output);
        _targets = row.Targets is null ? TestData.Normal(row.Rows * (_loss is UpstreamLoss ? _network.OutputSize : targets), 5) : [.. Enumerable.Range(0, row.Rows * (targets < 0 ? row.TargetSize : targets)).Select(i => row.Targets[i % row.Targets.Length])];
        _outputs = new double[row.Rows * _network.OutputSize];
        double[]? counted = row.Weights is null ? null : [.. Enumerable.Range(0, row.Rows * _network.Output.Positions).Select(i => row.Weights[i % row.Weights.Length])];
        _batch = new TestBatch<double>(_inputs, _targets, row.Rows, counted);
        if (row.States)
            AddStates();

        Evaluate();
        if (row.Inputs is null)
            _arrays.Add(new Checked("input", _inputs, _network.InputGradient) { MustBeZero = skipped });
        double[] gradients = _network.Parameters.Gradients.ToArray();
        foreach (Parameter parameter in _network.Parameters.Parameters.Where(parameter => parameter.Momentum is null))
            _arrays.Add(new Checked(parameter.Name, null, gradients[parameter.Range]) { Parameter = parameter });
        foreach (Checked array in _arrays)
            array.Gradient = (double[])array.Gradient.Clone();
    }

    /// <summary>The arrays whose gradients are checked.</summary>
    public IReadOnlyList<Checked> Arrays => _arrays;

    /// <summary>Everything that is wrong, one line each.</summary>
    public IEnumerable<string> Errors() => _arrays.SelectMany(Errors).Append(DirectionError()).OfType<string>();

    /// <summary>What is wrong with one array's gradient.</summary>
    public IEnumerable<string> Errors(Checked array)
    {
        int every = Math.Max(1, array.Gradient.Length / MostPerArray);
        for (int i = 0; i < array.Gradient.Length; i += every)
        {
            if (Error(array, i) is string error)
                yield return error;
        }
    }

    /// <summary>What is wrong with one value, or null.</summary>
    public string? Error(Checked array, int index)
    {
        double analytic = array.Gradient[index];
        if (array.MustBeZero is not null && array.MustBeZero[index])
            return analytic == 0 ? null : $"{array.Name}[{index}] is masked, but has gradient {analytic:R}";
        double kept = Values(array)[index];
        Values(array)[index] = kept + Step;
        double above = Evaluate();
        Values(array)[index] = kept - Step;
        double below = Evaluate();
        Values(array)[index] = kept;
        return Judge($"{array.Name}[{index}]", analytic, (above - below) / (2 * Step));
    }

    /// <summary>The derivative along a random direction through all arrays at once.</summary>
    private string? DirectionError()
    {
        double analytic = 0;
        var moves = new List<double[]>();
        foreach (Checked array in _arrays)
        {
            double[] move = TestData.Normal(array.Gradient.Length, 11 + moves.Count, 0.1);
            for (int i = 0; i < move.Length; i++)
            {
                if (array.MustBeZero is not null && array.MustBeZero[i])
                    move[i] = 0;
                analytic += move[i] * array.Gradient[i];
            }

            moves.Add(move);
        }

        Shift(Step);
        double above = Evaluate();
        Shift(-2 * Step);
        double below = Evaluate();
        Shift(Step);
        return Judge("the direction", analytic, (above - below) / (2 * Step));

        void Shift(double by)
        {
            for (int a = 0; a < moves.Count; a++)
            {
                Span<double> values = Values(_arrays[a]);
                for (int i = 0; i < values.Length; i++)
                    values[i] += by * moves[a][i];
            }
        }
    }

    private static string? Judge(string what, double analytic, double numeric)
    {
        // Not "error > tolerance": a NaN must not pass.
        double error = Math.Abs(analytic - numeric), tolerance = Math.Max(Absolute, Relative * Math.Max(Math.Abs(analytic), Math.Abs(numeric)));
        return error <= tolerance ? null : string.Create(CultureInfo.InvariantCulture, $"{what}: gradient {analytic:R}, central difference {numeric:R}");
    }

    /// <summary>The values to be changed; asking the store for its span each time is what tells the network of the change.</summary>
    private Span<double> Values(Checked array) => array.Values ?? _network.Parameters.Values[array.Parameter!.Range];

    /// <summary>The loss, not divided by anything, with the current values; leaves new gradients in the network.</summary>
    private double Evaluate()
    {
        double loss = _network.Gradients(_batch, _loss, _outputs, _case.Training);
        if (_loss is UpstreamLoss)
            loss = _outputs.Zip(_targets, (output, upstream) => output * upstream).Sum();
        foreach (RecurrentOp<double> part in _network.RecurrentParts)
        {
            for (int s = 0; s < _network.StatesOf(part).Count && _case.States; s++)
            {
                for (int i = 0; i < _network.StatesOf(part).Final[s]!.Length; i++)
                    loss += _network.StatesOf(part).Final[s]![i] * _network.StatesOf(part).FinalGradient[s]![i];
            }
        }

        return loss;
    }

    private void AddStates()
    {
        int seed = 20;
        foreach (RecurrentOp<double> part in _network.RecurrentParts)
        {
            for (int s = 0; s < _network.StatesOf(part).Count; s++)
            {
                int length = _case.Rows * _network.StatesOf(part).Units;
                _network.StatesOf(part).Initial[s] = TestData.Normal(length, seed++, 0.5);
                _network.StatesOf(part).FinalGradient[s] = TestData.Normal(length, seed++);
                (_network.StatesOf(part).Final[s], _network.StatesOf(part).InitialGradient[s]) = (new double[length], new double[length]);
                _arrays.Add(new Checked($"{part.Name}/initial {"hc"[s]}", _network.StatesOf(part).Initial[s], _network.StatesOf(part).InitialGradient[s]!));
            }
        }
    }

    private bool[] Mask(double[] inputs)
    {
        var masked = new bool[inputs.Length];
        for (int row = 0; row < _case.Rows && _case.Masked.Length > 0; row++)
        {
            foreach (int t in _case.Masked[row % _case.Masked.Length])
            {
                int at = (row * _case.Steps + t) * _case.Features;
                inputs.AsSpan(at, _case.Features).Clear();
                masked.AsSpan(at, _case.Features).Fill(true);
            }
        }

        return masked;
    }

    /// <summary>An array of values (null: a parameter in the store) and the gradient that backward gave it.</summary>
    internal sealed class Checked(string name, double[]? values, double[] gradient)
    {
        public string Name => name;

        public double[]? Values => values;

        public double[] Gradient { get; set; } = gradient;

        public Parameter? Parameter { get; init; }

        /// <summary>Values whose gradient must be exactly zero: inputs at masked steps.</summary>
        public bool[]? MustBeZero { get; init; }
    }
}
