using System.Numerics;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>
/// Other extents by the nearest numbers, by lines or by cubics between them, one axis after the other. Axes that stay cost nothing.
/// </summary>
internal sealed class Resize : Floating
{
    private readonly string _mode, _coordinates, _nearest;
    private readonly float _cubic, _extrapolation;
    private readonly bool _excludes;
    private readonly float[]? _scales;
    private readonly long[]? _axes;
    private readonly bool _isUpsample;

    public Resize(NodeReading node, bool isUpsample)
    {
        _isUpsample = isUpsample || node.Version < 11;
        _mode = node.Text("mode", "nearest");
        _coordinates = node.Text("coordinate_transformation_mode", _isUpsample ? "asymmetric" : "half_pixel");
        _nearest = node.Text("nearest_mode", _isUpsample ? "floor" : "round_prefer_floor");
        (_cubic, _extrapolation) = (node.Float("cubic_coeff_a", -0.75f), node.Float("extrapolation_value", 0));
        _excludes = node.Flag("exclude_outside");
        _scales = node.Floats("scales");
        _axes = node.Ints("axes");
        if (node.Flag("antialias") || node.Text("keep_aspect_ratio_policy", "stretch") != "stretch")
            throw node.Unsupported("antialias, or a policy of aspect ratios");
        if (_mode is not ("nearest" or "linear" or "cubic") || _coordinates is not (
            "half_pixel" or "pytorch_half_pixel" or "align_corners" or "asymmetric" or "tf_crop_and_resize" or "tf_half_pixel_for_nn"))
            throw node.Unsupported($"mode {_mode} with {_coordinates}");
    }

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0);
        int rank = x.Rank, count = _axes?.Length ?? rank;
        int scalesAt = _isUpsample ? 1 : 2;
        ReadOnlySpan<float> scales = _scales ?? (call.Has(scalesAt) ? call.In<float>(scalesAt).Values : []);
        ReadOnlySpan<long> sizes = !_isUpsample && call.Has(3) ? call.Longs(3) : [];
        if ((scales.Length != 0 && scales.Length != count) || (sizes.Length != 0 && sizes.Length != count) || scales.Length
            + sizes.Length == 0)
            throw call.Error($"{scales.Length} scales and {sizes.Length} sizes for {count} axes");
        ReadOnlySpan<T> now = x.Values;
        Span<int> dims = stackalloc int[rank], from = stackalloc int[rank];
        x.Dims.CopyTo(dims);
        x.Dims.CopyTo(from);
        for (int i = 0; i < count; i++)
        {
            int axis = _axes is null ? i : call.Axis(_axes[i], rank);
            double size = sizes.IsEmpty ? Math.Floor(from[axis] * (double)scales[i]) : sizes[i];
            if (!(size >= 0 && size <= int.MaxValue))
                throw call.Error($"an extent of {size}");
            if (sizes.IsEmpty && _coordinates == "align_corners" && size != from[axis] * (double)scales[i])
                throw call.Error(
                    $"align_corners with a scale of {scales[i]} of {from[axis]}, no whole number: versions differ; give sizes");
            double scale = sizes.IsEmpty ? scales[i] : size / from[axis];
            (double start, double end) = (0, 1);
            if (_coordinates == "tf_crop_and_resize")
            {
                Span<double> region = call.Scratch<double>(call.In(1).Length);
                Casting.ToDoubles(call, call.In(1), region);
                (start, end) = (region[i], region[i + count]);
            }

            dims[axis] = (int)size;
            if (dims[axis] == from[axis] && scale == 1 && (start, end) == (0.0, 1.0))
                continue;
            Span<T> next = call.Scratch<T>(call.Memory.LengthOf(dims));
            Along(now, next, Strides.Count(dims[..axis]), from[axis], dims[axis], Strides.Count(from[(axis + 1)..]), scale, start, end);
            now = next;
            from[axis] = dims[axis];
        }

        now.CopyTo(call.Out<T>(0, dims).Values);
    }

    private void Along<T>(ReadOnlySpan<T> x, Span<T> y, int outer, int length, int count, int inner, double scale, double start, double end)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<int> places = stackalloc int[4];
        Span<double> weights = stackalloc double[4];
        for (int k = 0; k < count; k++)
        {
            double at = Coordinate(k, length, count, scale, start, end);
            bool isOutside = _coordinates == "tf_crop_and_resize" && (at < 0 || at > length - 1);
            int taps = Taps(at, length, scale, places, weights);
            for (int o = 0; o < outer; o++)
            {
                for (int i = 0; i < inner; i++)
                {
                    double sum = 0;
                    for (int t = 0; t < taps; t++)
                        sum += weights[t] * double.CreateTruncating(x[(o * length + Math.Clamp(places[t], 0, length - 1)) * inner + i]);
                    y[(o * count + k) * inner + i] = T.CreateTruncating(isOutside ? _extrapolation : sum);
                }
            }
        }
    }

    private double Coordinate(int k, int length, int count, double scale, double start, double end) => _coordinates switch
    {
        "half_pixel" => (k + 0.5) / scale - 0.5,
        "pytorch_half_pixel" => count > 1 ? (k + 0.5) / scale - 0.5 : 0,
        "align_corners" => count > 1 ? k * (length - 1.0) / (count - 1) : 0,
        "asymmetric" => k / scale,
        "tf_half_pixel_for_nn" => (k + 0.5) / scale,
        _ => count > 1 ? start * (length - 1) + k * (end - start) * (length - 1) / (count - 1) : 0.5 * (start + end) * (length - 1),
    };

    private int Taps(double at, int length, double scale, Span<int> places, Span<double> weights)
    {
        if (_mode == "nearest")
        {
            places[0] = (int)Math.Clamp(
                _nearest switch
                {
                    "round_prefer_floor" => Math.Ceiling(at - 0.5),
                    "round_prefer_ceil" => Math.Floor(at + 0.5),
                    "floor" => Math.Floor(at),
                    _ => Math.Ceiling(at),
                },
                0,
                length - 1);
            weights[0] = 1;
            return 1;
        }

        int first = (int)Math.Floor(at);
        double rest = at - first;
        if (_mode == "linear")
        {
            (places[0], places[1], weights[0], weights[1]) = (first, first + 1, 1 - rest, rest);
            return 2;
        }

        // The cubic of Keys (1981) with its parameter a.
        double a = _cubic, total = 0;
        for (int t = 0; t < 4; t++)
        {
            double far = Math.Abs(rest - (t - 1));
            places[t] = first + t - 1;
            weights[t] = far <= 1 ? ((a + 2) * far - (a + 3)) * far * far + 1 : ((a * far - 5 * a) * far + 8 * a) * far - 4 * a;
            if (_excludes && (places[t] < 0 || places[t] >= length))
                weights[t] = 0;
            total += weights[t];
        }

        for (int t = 0; t < 4 && _excludes; t++)
            weights[t] /= total;
        return 4;
    }
}
