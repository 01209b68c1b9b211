using System.Globalization;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll.Training;

/// <summary>What gradients are checked on.</summary>
internal sealed record GradientSetup(Graph Graph)
{
    public int Rows { get; init; } = 3;

    /// <summary>
    /// Input values in place of random ones, for layers that take whole numbers: [rows, ...], repeated for further rows. Their gradients
    /// are not checked.
    /// </summary>
    public double[]? Inputs { get; init; }

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

    /// <summary>What a state, by its name, starts from, told from a normal number; null: half of that.</summary>
    public Func<string, double, double>? InitialState { get; init; }

    /// <summary>How far gradient and central difference may be apart, as a share of the larger one.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Dropout is on, with a fixed seed.</summary>
    public bool Training { get; init; }

    /// <summary>Steps of each row that are masked: all their features are 0. Rows repeat the list.</summary>
    public int[][] Masked { get; init; } = [];

    /// <summary>How far the initial weights are stretched, so that activations leave their straight part.</summary>
    public double WeightScale { get; init; } = 1;
}

/// <summary>
/// The gradients of weights, inputs and initial states against central differences in double. Every value of a small array
/// is checked, a spread of each large one, and all values together along a random direction.
/// </summary>
internal sealed class GradientChecker
{
    private const double Step = 1e-5, Absolute = 1e-8;

    /// <summary>Of the largest value of an array: far more than roundings in double precision, far less than in single.</summary>
    private const double Rounding = 1e-10;

    /// <summary>What a gradient that is 0 may be off by.</summary>
    private const double Noise = 1e-14;
    private const int MostPerArray = 60;
    private readonly GradientSetup _setup;
    private readonly Network<double> _network;
    private readonly double[] _inputs, _targets, _outputs;
    private readonly CheckedBatch<double> _batch;
    private readonly Loss _loss;
    private readonly List<CheckedArray> _arrays = [];
    private readonly List<(double[] Used, double[] Whole)> _finalGradients = [];

    public GradientChecker(GradientSetup setup)
    {
        _setup = setup;
        _network = new Network<double>(setup.Graph, Kernels<double>.Best, threads: 1, inputGradient: true) { StepSeed = 42 };
        _network.Parameters.Initialize(7);
        Span<double> weights = _network.Parameters.Values[.._network.Parameters.Count];
        double[] noise = Normal(weights.Length, 3, 0.2);
        for (int i = 0; i < weights.Length; i++)
            weights[i] = setup.WeightScale * weights[i] + noise[i];
        _inputs = Normal(setup.Rows * _network.InputSize, 4);
        for (int i = 0; i < _inputs.Length && setup.Inputs is not null; i++)
            _inputs[i] = setup.Inputs[i % setup.Inputs.Length];
        bool[] skipped = Mask(_inputs);
        _loss = setup.Loss ?? new UpstreamLoss();
        int targets = _loss.TargetsOf(_network.Output);
        int each = _loss is UpstreamLoss ? _network.OutputSize : targets < 0 ? setup.TargetSize : targets;
        _targets = setup.Targets is null ? Normal(setup.Rows * each, 5) : Repeat(setup.Targets, setup.Rows * each);
        _outputs = new double[setup.Rows * _network.OutputSize];
        double[]? counted = setup.Weights is null ? null : Repeat(setup.Weights, setup.Rows * _network.Output.Positions);
        _batch = new CheckedBatch<double>(_inputs, _targets, setup.Rows, counted);
        if (setup.States)
            AddStates();

        Evaluate();
        if (setup.Inputs is null)
            _arrays.Add(new CheckedArray("input", _inputs, _network.InputGradient) { MustBeZero = skipped });
        double[] gradients = _network.Parameters.Gradients.ToArray();
        foreach (Parameter parameter in _network.Parameters.Parameters.Where(parameter => parameter.Momentum is null))
            _arrays.Add(new CheckedArray(parameter.Name, null, gradients[parameter.Range]) { Parameter = parameter });
        foreach (CheckedArray array in _arrays)
            (array.Live, array.Gradient) = (array.Gradient, (double[])array.Gradient.Clone());
    }

    /// <summary>The arrays whose gradients are checked.</summary>
    public IReadOnlyList<CheckedArray> Arrays => _arrays;

    /// <summary>Everything that is wrong, one line each.</summary>
    public IEnumerable<string> Errors() => _arrays.SelectMany(Errors).Append(DirectionError()).Concat(PrecisionErrors()).OfType<string>();

    /// <summary>What is wrong with one array's gradient.</summary>
    public IEnumerable<string> Errors(CheckedArray array)
    {
        int every = Math.Max(1, array.Gradient.Length / MostPerArray);
        for (int i = 0; i < array.Gradient.Length; i += every)
        {
            if (Error(array, i) is string error)
                yield return error;
        }
    }

    /// <summary>What is wrong with one value, or null.</summary>
    public string? Error(CheckedArray array, int index)
    {
        double analytic = array.Gradient[index];
        if (array.MustBeZero is not null && array.MustBeZero[index])
            return analytic == 0 ? null : string.Create(CultureInfo.InvariantCulture,
                $"{array.Name}[{index}] is masked, but has gradient {analytic:R}");
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
        foreach (CheckedArray array in _arrays)
        {
            double[] move = Normal(array.Gradient.Length, 11 + moves.Count, 0.1);
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

    /// <summary>
    /// Gradients are linear in those of the outputs: a third of the one gives a third of the other, to the precision in which backward
    /// computes. Central differences are too rough to tell double from single.
    /// </summary>
    private IEnumerable<string> PrecisionErrors()
    {
        if (_loss is not UpstreamLoss)
            yield break;
        double[] targets = (double[])_targets.Clone();
        Shrink();
        Evaluate();
        foreach (CheckedArray array in _arrays)
        {
            ReadOnlySpan<double> third = array.Parameter is { } parameter ? _network.Parameters.Gradients[parameter.Range] : array.Live;
            double worst = 0, largest = 0;
            for (int i = 0; i < third.Length; i++)
                (worst, largest) = (
                    Math.Max(worst, Math.Abs(3 * third[i] - array.Gradient[i])),
                    Math.Max(largest, Math.Abs(array.Gradient[i])));
            if (worst > Math.Max(Rounding * largest, Noise))
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"{array.Name}: a third of the outputs' gradient gives a third of this one only to {worst / largest:G2}. "
                    + $"Compute in T, not in single precision");
        }

        targets.CopyTo(_targets, 0);
        SetFinalGradients(1);

        void Shrink()
        {
            for (int i = 0; i < _targets.Length; i++)
                _targets[i] /= 3;
            SetFinalGradients(1.0 / 3);
        }
    }

    private string? Judge(string what, double analytic, double numeric)
    {
        // Not "error > tolerance": a NaN must not pass.
        double error = Math.Abs(analytic - numeric);
        double tolerance = Math.Max(Absolute, _setup.Tolerance * Math.Max(Math.Abs(analytic), Math.Abs(numeric)));
        return error <= tolerance ? null : string.Create(CultureInfo.InvariantCulture,
            $"{what}: gradient {analytic:R}, central difference {numeric:R}");
    }

    /// <summary>The values to be changed; asking the store for its span each time is what tells the network of the change.</summary>
    private Span<double> Values(CheckedArray array) => array.Values ?? _network.Parameters.Values[array.Parameter!.Range];

    /// <summary>The loss, not divided by anything, with the current values; leaves new gradients in the network.</summary>
    private double Evaluate()
    {
        double loss = _network.Gradients(_batch, _loss, _outputs, _setup.Training);
        if (_loss is UpstreamLoss)
            loss = _outputs.Zip(_targets, (output, upstream) => output * upstream).Sum();
        foreach (RecurrentOp<double> part in _network.RecurrentParts)
        {
            for (int s = 0; s < _network.StatesOf(part).Count && _setup.States; s++)
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
                int length = _setup.Rows * _network.StatesOf(part).Units(s);
                string name = part.States[s].Name;
                double[] initial = Normal(length, seed++, _setup.InitialState is null ? 0.5 : 1);
                _network.StatesOf(part).Initial[s] = _setup.InitialState is null
                    ? initial
                    : [.. initial.Select(value => _setup.InitialState(name, value))];
                _finalGradients.Add((_network.StatesOf(part).FinalGradient[s] = Normal(length, seed++), Normal(length, seed - 1)));
                (_network.StatesOf(part).Final[s], _network.StatesOf(part).InitialGradient[s]) = (new double[length], new double[length]);
                _arrays.Add(new CheckedArray(
                    $"{part.Name}/initial {part.States[s].Name}", _network.StatesOf(part).Initial[s],
                    _network.StatesOf(part).InitialGradient[s]!));
            }
        }
    }

    /// <summary>The gradients of final states, or a share of them.</summary>
    private void SetFinalGradients(double share)
    {
        foreach ((double[] used, double[] whole) in _finalGradients)
        {
            for (int i = 0; i < used.Length; i++)
                used[i] = share * whole[i];
        }
    }

    private static double[] Repeat(double[] values, int count) => [.. Enumerable.Range(0, count).Select(i => values[i % values.Length])];

    /// <summary>Normal values, the same for the same seed.</summary>
    internal static double[] Normal(int count, int seed, double scale = 1)
    {
        var random = new RandomSource((ulong)seed, 77);
        var values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = scale * random.NextNormal();
        return values;
    }

    private bool[] Mask(double[] inputs)
    {
        var masked = new bool[inputs.Length];
        for (int row = 0; row < _setup.Rows && _setup.Masked.Length > 0; row++)
        {
            foreach (int t in _setup.Masked[row % _setup.Masked.Length])
            {
                Shape input = _network.Graph.Inputs[0].Shape;
                int at = row * _network.InputSize + t * input.Features;
                inputs.AsSpan(at, input.Features).Clear();
                masked.AsSpan(at, input.Features).Fill(true);
            }
        }

        return masked;
    }

    /// <summary>An array of values (null: a parameter in the store) and the gradient that backward gave it.</summary>
    internal sealed class CheckedArray(string name, double[]? values, double[] gradient)
    {
        public string Name => name;

        public double[]? Values => values;

        public double[] Gradient { get; set; } = gradient;

        /// <summary>Where the network leaves that of an input or a state.</summary>
        public double[] Live { get; set; } = gradient;

        public Parameter? Parameter { get; init; }

        /// <summary>Values whose gradient must be exactly zero: inputs at masked steps.</summary>
        public bool[]? MustBeZero { get; init; }
    }
}

/// <summary>A batch in two flat arrays: inputs [B, ...Input] and targets [B, ...Output].</summary>
internal sealed class CheckedBatch<T>(T[] inputs, T[] targets, int rows, T[]? weights = null) : IBatch<T>
{
    public int Rows => rows;

    public bool IsWeighted => weights is not null;

    public int TargetSize => targets.Length / rows;

    public void CopyWeights(int row, Span<T> destination) => Copy(weights!, row, destination);

    public void CopyInput(int row, Span<T> destination) => Copy(inputs, row, destination);

    public void CopyTarget(int row, Span<T> destination) => Copy(targets, row, destination);

    private void Copy(T[] values, int row, Span<T> destination)
    {
        int size = values.Length / rows;
        values.AsSpan(row * size, size).CopyTo(destination);
    }
}

/// <summary>Σ y·u, where the targets of a batch are the u: any gradient of the outputs can be sent into the backward pass.</summary>
internal sealed record UpstreamLoss : Loss
{
    /// <summary>What happens between forward and backward of a shard.</summary>
    public Action? Between { get; init; }

    public override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double sum = 0;
        for (int i = 0; i < targets.Length; i++)
            sum += double.CreateTruncating(predictionsToGradients[i]) * double.CreateTruncating(targets[i]);
        targets.CopyTo(predictionsToGradients);
        return sum;
    }

    /// <summary>Also at masked steps, so that what a layer does there is checked too.</summary>
    public override double Evaluate<T>(in LossRow<T> row)
    {
        Between?.Invoke();
        return Evaluate(row.Outputs, row.Targets, row.Scale);
    }
}
