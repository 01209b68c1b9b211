using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// The LSTM with peepholes, layer normalisation or a projection; <see cref="Lstm"/> has the equations. Gates keep what their comment says:
/// N(x·W) and N(h₋₁·U) stay where the products were, the gates' values beside them, or without normalisation in their place.
/// </summary>
internal sealed class LstmVariantCell<T> : GatedCell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Values = 4;
    private static readonly T s_epsilon = T.CreateChecked(Lstm.NormEpsilon);
    private readonly Activation _activation, _recurrentActivation;
    private readonly bool _normalizes;

    // Blocks that are kept: tanh(c) as it goes out, what the activation saw of g and of it, and N(c).
    private readonly int _out, _before, _normal;
    private readonly Weights<T>? _peepholes, _gammaX, _gammaH, _bias, _gammaC, _betaC;

    public LstmVariantCell(LayerBuilder<T> builder, Lstm options, Shape input)
        : base(builder, options.LayerNorm ? options with { UseBias = false } : options, input, Gates(options))
    {
        (_activation, _recurrentActivation, _normalizes) = (options.Activation, options.RecurrentActivation, options.LayerNorm);
        int first = _normalizes ? Values : 0, units = options.Units;
        (_out, _before, _normal) = (first, first + 1, first + 3);
        var all = new Shape(Values, units);
        if (options.Peepholes)
            _peepholes = builder.AddWeights("peephole_kernel", new Shape(3, units), options.KernelInitializer, options.KernelRegularizer);
        if (_normalizes)
        {
            _gammaX = builder.AddWeights("gamma", all, Initializer.Ones);
            _gammaH = builder.AddWeights("recurrent_gamma", all, Initializer.Ones);
            _gammaC = builder.AddWeights("state_gamma", new Shape(units), Initializer.Ones);
            _betaC = builder.AddWeights("state_beta", new Shape(units), Initializer.Zeros);
        }

        if (_normalizes && options.UseBias)
        {
            (int, int) ones = options.UnitForgetBias ? (units, units) : default;
            _bias = new Weights<T>(
                builder, builder.AddParameter("bias", new Shape(4 * units), options.BiasInitializer, options.BiasRegularizer, ones));
        }

        builder.ReserveScratch(5 * RowPadding.Pad(units));
    }

    /// <summary>Of a normalised cell behind x·W and h₋₁·U of all gates.</summary>
    public override IReadOnlyList<CellGate> TracedGates => GatesFrom(_normalizes ? 2 * Values : 0);

    protected override void Forward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> i = Value(step, 0, row), f = Value(step, 1, row), g = Value(step, 2, row), o = Value(step, 3, row);
            Span<T> c = step.State(1, row), h = step.State(0, row), tanhC = step.KeptValues(_out, row);
            ReadOnlySpan<T> before = step.Before(1, row);
            if (_normalizes)
                Combine(step, row);
            if (_peepholes is not null)
            {
                Math.AddProduct(i, step.Of(_peepholes), before);
                Math.AddProduct(f, step.Of(_peepholes, 1), before);
            }

            Gate(i);
            Gate(f);
            g.CopyTo(step.KeptValues(_before, row));
            Candidate(g);
            Math.Product(c, f, before);
            Math.AddProduct(c, i, g);
            if (_peepholes is not null)
                Math.AddProduct(o, step.Of(_peepholes, 2), c);
            Gate(o);
            c.CopyTo(tanhC);
            if (_normalizes)
                NormalizeState(step, row, tanhC);
            tanhC.CopyTo(step.KeptValues(_before + 1, row));
            Candidate(tanhC);
            Math.Product(h, o, tanhC);
        }
    }

    protected override void Backward(in GateStep<T> step)
    {
        int units = step.Units, padded = RowPadding.Pad(units);
        Span<T> scratch = step.Pass.Scratch;
        Span<T> a = scratch[..units], di = scratch.Slice(padded, units), df = scratch.Slice(2 * padded, units);
        Span<T> dg = scratch.Slice(3 * padded, units), dO = scratch.Slice(4 * padded, units);
        for (int row = 0; row < step.Rows; row++)
        {
            ReadOnlySpan<T> i = Value(step, 0, row), f = Value(step, 1, row), g = Value(step, 2, row), o = Value(step, 3, row);
            ReadOnlySpan<T> before = step.Before(1, row), c = step.State(1, row), tanhC = step.KeptValues(_out, row),
                dh = step.Gradient(0, row);
            Span<T> dc = step.Gradient(1, row);
            Math.Product(a, dh, o);
            _activation.Backward(Kernels, step.KeptValues(_before + 1, row), tanhC, a);
            if (_normalizes)
                NormalizedStateGradient(step, row, a);
            Math.Add(dc, a);
            Math.Product(dO, dh, tanhC);
            _recurrentActivation.Backward(Kernels, default, o, dO);
            if (_peepholes is not null)
                Math.AddProduct(dc, dO, step.Of(_peepholes, 2));
            Math.Product(di, dc, g);
            _recurrentActivation.Backward(Kernels, default, i, di);
            Math.Product(df, dc, before);
            _recurrentActivation.Backward(Kernels, default, f, df);
            Math.Product(dg, dc, i);
            _activation.Backward(Kernels, step.KeptValues(_before, row), g, dg);
            Math.MultiplyBy(dc, f);
            if (_peepholes is not null)
            {
                Math.AddProduct(dc, di, step.Of(_peepholes));
                Math.AddProduct(dc, df, step.Of(_peepholes, 1));
                Math.AddProduct(step.GradientOf(_peepholes), di, before);
                Math.AddProduct(step.GradientOf(_peepholes, 1), df, before);
                Math.AddProduct(step.GradientOf(_peepholes, 2), dO, c);
            }

            di.CopyTo(Value(step, 0, row));
            df.CopyTo(Value(step, 1, row));
            dg.CopyTo(Value(step, 2, row));
            dO.CopyTo(Value(step, 3, row));
            if (_normalizes)
                CombinedGradient(step, row);
        }
    }

    private static GateOptions Gates(Lstm options) => new(Values)
    {
        Names = Lstm.GateNames,
        OneBiasGate = options.UnitForgetBias ? 1 : null,
        SeparateProducts = options.LayerNorm,
        ProjectionUnits = options.ProjectionUnits,
        Kept = options.LayerNorm ? Values + 4 : 3,
        RowValues = options.LayerNorm ? 3 : 0,
    };

    /// <summary>Where the value of a gate lies, and its gradient after it.</summary>
    private Span<T> Value(in GateStep<T> step, int gate, int row) => _normalizes ? step.KeptValues(gate, row) : step.Gate(gate, row);

    private void Gate(Span<T> values)
    {
        if (_recurrentActivation == Activation.Sigmoid)
            Math.GateSigmoid(values);
        else
            _recurrentActivation.Forward(Kernels, values);
    }

    private void Candidate(Span<T> values)
    {
        if (_activation == Activation.Tanh)
            Math.Tanh(values);
        else
            _activation.Forward(Kernels, values);
    }

    /// <summary>z = γₓ∘N(x·W) + γₕ∘N(h₋₁·U) + b, N over all four gates.</summary>
    private void Combine(in GateStep<T> step, int row)
    {
        Span<T> divisors = step.RowValues(row);
        for (int product = 0; product < 2; product++)
        {
            T count = T.CreateChecked(Values * step.Units), mean = T.Zero, squares = T.Zero;
            for (int gate = 0; gate < Values; gate++)
            {
                foreach (T value in Product(step, product, gate, row))
                    mean += value;
            }

            mean /= count;
            for (int gate = 0; gate < Values; gate++)
            {
                foreach (ref T value in Product(step, product, gate, row))
                {
                    value -= mean;
                    squares += value * value;
                }
            }

            divisors[product] = T.One / T.Sqrt(squares / count + s_epsilon);
            for (int gate = 0; gate < Values; gate++)
                Math.Scale(Product(step, product, gate, row), divisors[product]);
        }

        for (int gate = 0; gate < Values; gate++)
        {
            Span<T> z = step.KeptValues(gate, row);
            Math.Product(z, step.Of(_gammaX!, gate), Product(step, 0, gate, row));
            Math.AddProduct(z, step.Of(_gammaH!, gate), Product(step, 1, gate, row));
            if (_bias is not null)
                Math.Add(z, step.Of(_bias, gate));
        }
    }

    /// <summary>d(x·W) and d(h₋₁·U) from dz, each through its normalisation: s·(g − mean g − x̂·mean(g∘x̂)) with g = γ∘dz.</summary>
    private void CombinedGradient(in GateStep<T> step, int row)
    {
        Span<T> divisors = step.RowValues(row);
        T count = T.CreateChecked(Values * step.Units);
        for (int gate = 0; gate < Values && _bias is not null; gate++)
            Math.Add(step.GradientOf(_bias, gate), step.KeptValues(gate, row));
        for (int product = 0; product < 2; product++)
        {
            Weights<T> gamma = product == 0 ? _gammaX! : _gammaH!;
            T sum = T.Zero, along = T.Zero;
            for (int gate = 0; gate < Values; gate++)
            {
                Span<T> normal = Product(step, product, gate, row), dGamma = step.GradientOf(gamma, gate);
                ReadOnlySpan<T> dz = step.KeptValues(gate, row), weights = step.Of(gamma, gate);
                for (int u = 0; u < dz.Length; u++)
                {
                    T g = weights[u] * dz[u];
                    sum += g;
                    along += g * normal[u];
                    dGamma[u] += dz[u] * normal[u];
                }
            }

            (sum, along) = (sum / count, along / count);
            for (int gate = 0; gate < Values; gate++)
            {
                Span<T> normal = Product(step, product, gate, row);
                ReadOnlySpan<T> dz = step.KeptValues(gate, row), weights = step.Of(gamma, gate);
                for (int u = 0; u < dz.Length; u++)
                    normal[u] = divisors[product] * (weights[u] * dz[u] - sum - normal[u] * along);
            }
        }
    }

    /// <summary>c becomes γ_c∘N(c) + β_c; N(c) is kept.</summary>
    private void NormalizeState(in GateStep<T> step, int row, Span<T> c)
    {
        T count = T.CreateChecked(c.Length), mean = T.Zero, squares = T.Zero;
        foreach (T value in c)
            mean += value;
        mean /= count;
        foreach (T value in c)
            squares += (value - mean) * (value - mean);
        T divisor = T.One / T.Sqrt(squares / count + s_epsilon);
        Span<T> normal = step.KeptValues(_normal, row);
        for (int u = 0; u < c.Length; u++)
        {
            normal[u] = (c[u] - mean) * divisor;
            c[u] = _gammaC!.Values[u] * normal[u] + _betaC!.Values[u];
        }

        step.RowValues(row)[2] = divisor;
    }

    /// <summary>The gradient of what goes out becomes that of c.</summary>
    private void NormalizedStateGradient(in GateStep<T> step, int row, Span<T> gradient)
    {
        ReadOnlySpan<T> normal = step.KeptValues(_normal, row), gamma = step.Of(_gammaC!);
        Span<T> dGamma = step.GradientOf(_gammaC!), dBeta = step.GradientOf(_betaC!);
        T sum = T.Zero, along = T.Zero, count = T.CreateChecked(gradient.Length), divisor = step.RowValues(row)[2];
        for (int u = 0; u < gradient.Length; u++)
        {
            dGamma[u] += gradient[u] * normal[u];
            dBeta[u] += gradient[u];
            sum += gamma[u] * gradient[u];
            along += gamma[u] * gradient[u] * normal[u];
        }

        (sum, along) = (sum / count, along / count);
        for (int u = 0; u < gradient.Length; u++)
            gradient[u] = divisor * (gamma[u] * gradient[u] - sum - normal[u] * along);
    }

    private static Span<T> Product(in GateStep<T> step, int product, int gate, int row) =>
        product == 0 ? step.Gate(gate, row) : step.RecurrentGate(gate, row);
}
