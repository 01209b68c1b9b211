using System.Numerics;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>Discrete Fourier transforms in 64 bits: by halving where the length is a power of two, else by the sums themselves.</summary>
internal static class Fourier
{
    /// <summary>The transform of complex numbers in place; the inverse is not divided.</summary>
    public static void Transform(Span<Complex> x, bool isInverse, CancellationToken token)
    {
        int n = x.Length;
        double sign = isInverse ? 1 : -1;
        if (BitOperations.IsPow2(n))
        {
            Halve(x, sign);
            return;
        }

        var roots = new Complex[n];
        for (int i = 0; i < n; i++)
            roots[i] = Complex.FromPolarCoordinates(1, sign * 2 * Math.PI * i / n);
        var sums = new Complex[n];
        for (int k = 0; k < n; k++)
        {
            token.ThrowIfCancellationRequested();
            Complex sum = 0;
            int at = 0;
            for (int i = 0; i < n; i++)
            {
                sum += x[i] * roots[at];
                if ((at += k) >= n)
                    at -= n;
            }

            sums[k] = sum;
        }

        sums.CopyTo(x);
    }

    private static void Halve(Span<Complex> x, double sign)
    {
        int n = x.Length;
        for (int i = 1, j = 0; i < n; i++)
        {
            int bit = n >> 1;
            for (; (j & bit) != 0; bit >>= 1)
                j ^= bit;
            j ^= bit;
            if (i < j)
                (x[i], x[j]) = (x[j], x[i]);
        }

        for (int size = 2; size <= n; size *= 2)
        {
            int half = size / 2;
            for (int k = 0; k < half; k++)
            {
                Complex root = Complex.FromPolarCoordinates(1, sign * 2 * Math.PI * k / size);
                for (int start = k; start < n; start += size)
                {
                    Complex even = x[start], odd = x[start + half] * root;
                    (x[start], x[start + half]) = (even + odd, even - odd);
                }
            }
        }
    }
}

/// <summary>The discrete Fourier transform along an axis; the last axis holds the real, or the real and the imaginary part.</summary>
internal sealed class Dft(NodeReading node) : Floating
{
    private readonly long _axis = node.Int("axis", 1);
    private readonly bool _isInverse = node.Flag("inverse"), _isOneSided = node.Flag("onesided");
    private readonly int _version = node.Version;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0);
        int rank = x.Rank;
        long axisGiven = _version >= 20 ? call.Has(2) ? call.Long(2) : -2 : _axis;
        int axis = call.Axis(axisGiven, rank);
        int parts = x[rank - 1];
        if (axis == rank - 1 || parts is not (1 or 2))
            throw call.Error($"axis {axis} of {x.Shape} cannot be transformed");
        bool backToReal = _isOneSided && _isInverse;
        long length = call.Has(1) ? call.Long(1) : backToReal ? 2L * (x[axis] - 1) : x[axis];
        if (length is < 1 or > int.MaxValue)
            throw call.Error($"a length of {length}");
        int n = (int)length, kept = _isOneSided && !_isInverse ? n / 2 + 1 : n;
        Span<int> dims = stackalloc int[rank];
        x.Dims.CopyTo(dims);
        dims[axis] = kept;
        dims[rank - 1] = backToReal ? 1 : 2;
        int outParts = dims[rank - 1];
        Span<T> y = call.Out<T>(0, dims).Values;
        int outer = Strides.Count(x.Dims[..axis]), inner = Strides.Count(x.Dims[(axis + 1)..^1]), extent = x[axis];
        Span<Complex> line = call.Complex(n);
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                for (int k = 0; k < n; k++)
                {
                    // The half that is not given is the conjugate of the other.
                    int from = backToReal && k >= extent ? n - k : k;
                    if (from >= extent)
                    {
                        line[k] = 0;
                        continue;
                    }

                    int at = ((o * extent + from) * inner + i) * parts;
                    double imaginary = parts == 2 ? double.CreateTruncating(x.Values[at + 1]) : 0;
                    line[k] = new Complex(double.CreateTruncating(x.Values[at]), from == k ? imaginary : -imaginary);
                }

                Fourier.Transform(line, _isInverse, call.Memory.Token);
                for (int k = 0; k < kept; k++)
                {
                    Complex value = _isInverse ? line[k] / n : line[k];
                    int to = ((o * kept + k) * inner + i) * outParts;
                    y[to] = T.CreateTruncating(value.Real);
                    if (outParts == 2)
                        y[to + 1] = T.CreateTruncating(value.Imaginary);
                }
            }
        }
    }
}

/// <summary>Transforms of windows of a signal [batch, length, 1 or 2] every so many steps: [batch, frames, frequencies, 2].</summary>
internal sealed class Stft(NodeReading node) : Floating
{
    private readonly bool _isOneSided = node.Flag("onesided", true);

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0);
        Tensor<T>? window = call.Optional<T>(2);
        long step = call.Long(1), size = call.Has(3) ? call.Long(3) : window?.Length
            ?? throw call.Error("it has neither a window nor a frame length");
        int parts = x.Rank == 3 ? x[2] : 1;
        if (x.Rank is not (2 or 3) || parts is not (1 or 2) || step < 1 || size < 1 || size > x[1]
            || (window is not null && window.Length != size))
            throw call.Error($"frames of {size} every {step} of a signal of shape {x.Shape}");
        bool isOneSided = _isOneSided && parts == 1;
        int n = (int)size, length = x[1], frames = (int)((length - size) / step) + 1, kept = isOneSided ? n / 2 + 1 : n;
        Span<T> y = call.Out<T>(0, x[0], frames, kept, 2).Values;
        Span<Complex> line = call.Complex(n);
        int to = 0;
        for (int row = 0; row < x[0]; row++)
        {
            for (int frame = 0; frame < frames; frame++)
            {
                for (int k = 0; k < n; k++)
                {
                    int at = (row * length + frame * (int)step + k) * parts;
                    double factor = window is null ? 1 : double.CreateTruncating(window.Values[k]);
                    line[k] = new Complex(factor * double.CreateTruncating(x.Values[at]), parts == 2
                        ? factor * double.CreateTruncating(x.Values[at + 1]) : 0);
                }

                Fourier.Transform(line, isInverse: false, call.Memory.Token);
                for (int k = 0; k < kept; k++)
                {
                    y[to++] = T.CreateTruncating(line[k].Real);
                    y[to++] = T.CreateTruncating(line[k].Imaginary);
                }
            }
        }
    }
}

/// <summary>A sum of cosines over so many steps, periodic or symmetric: the windows of Hann, Hamming and Blackman.</summary>
internal sealed class WindowOf(NodeReading node, double a0, double a1, double a2) : Operator
{
    private readonly bool _isPeriodic = node.Flag("periodic", true);
    private readonly TensorType? _type = GraphTensors.TypeOf((int)node.Int("output_datatype", 1));

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => _type;

    public override void Run(in Call call)
    {
        long size = call.Long(0);
        if (size is < 0 or > int.MaxValue)
            throw call.Error($"a size of {size}");
        switch (_type)
        {
            case TensorType.Float32: Of<float>(call, (int)size); break;
            case TensorType.Float64: Of<double>(call, (int)size); break;
            case TensorType.Float16: Of<Half>(call, (int)size); break;
            default: throw call.Error($"windows of type {_type} are not supported");
        }
    }

    private void Of<T>(in Call call, int size)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> window = call.Out<T>(0, size).Values;
        double n = _isPeriodic ? size : Math.Max(1, size - 1);
        for (int i = 0; i < size; i++)
            window[i] = T.CreateTruncating(a0 - a1 * Math.Cos(2 * Math.PI * i / n) + a2 * Math.Cos(4 * Math.PI * i / n));
    }
}

/// <summary>Weights that sum frequencies to triangles evenly spaced on the mel scale: [frequencies, bands].</summary>
internal sealed class MelWeights(NodeReading node) : Operator
{
    private readonly TensorType? _type = GraphTensors.TypeOf((int)node.Int("output_datatype", 1));

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => _type;

    public override void Run(in Call call)
    {
        double bands = call.Number(0), size = call.Number(1), rate = call.Number(2), low = call.Number(3), high = call.Number(4);
        if (!(bands >= 1 && bands < 1 << 24 && size >= 1 && size <= int.MaxValue && rate > 0 && low >= 0 && high > low))
            throw call.Error($"{bands} bands of {size} steps at {rate} from {low} to {high}");
        int frequencies = (int)size / 2 + 1, count = (int)bands;
        Span<double> edges = call.Scratch<double>(count + 2);
        double lowMel = 2595 * Math.Log10(1 + low / 700), highMel = 2595 * Math.Log10(1 + high / 700),
            step = (highMel - lowMel) / edges.Length;
        for (int i = 0; i < edges.Length; i++)
            edges[i] = Math.Floor((size + 1) * (700 * (Math.Pow(10, (lowMel + i * step) / 2595) - 1)) / rate);
        switch (_type)
        {
            case TensorType.Float32: Fill<float>(call, frequencies, count, edges); break;
            case TensorType.Float64: Fill<double>(call, frequencies, count, edges); break;
            default: throw call.Error($"weights of type {_type} are not supported");
        }
    }

    private static void Fill<T>(in Call call, int frequencies, int bands, ReadOnlySpan<double> edges)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> result = call.Out<T>(0, frequencies, bands).Values;
        result.Clear();
        for (int band = 0; band < bands; band++)
        {
            int lower = (int)edges[band], centre = (int)edges[band + 1], higher = (int)edges[band + 2];
            if (centre == lower)
                Set(centre, T.One, result);
            for (int i = lower; i <= centre && centre > lower; i++)
                Set(i, T.CreateTruncating((i - lower) / (double)(centre - lower)), result);
            for (int i = centre; i < higher; i++)
                Set(i, T.CreateTruncating((higher - i) / (double)(higher - centre)), result);

            void Set(int frequency, T value, Span<T> weights)
            {
                if ((uint)frequency < (uint)frequencies)
                    weights[frequency * bands + band] = value;
            }
        }
    }
}
