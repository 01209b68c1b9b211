namespace Unroll.Layers;

/// <summary>The windows of a convolution or pooling along one extent of its input, checked.</summary>
internal readonly struct WindowAxis
{
    /// <summary>Entries of the table of all windows: half a gigabyte.</summary>
    private const int MostPlaces = 1 << 27;
    private static readonly string[] s_sequence = ["steps"], s_image = ["rows", "columns"];

    private WindowAxis(int input, int size, int stride, int dilation, Padding padding)
    {
        int reach = (int)Reach(size, dilation);
        (Input, Size, Stride, Dilation) = (input, size, stride, dilation);
        Output = padding == Padding.Valid ? (input - reach) / stride + 1 : (input - 1) / stride + 1;
        Before = padding switch
        {
            Padding.Causal => reach - 1,
            Padding.Same => (int)(Math.Max(0, (long)(Output - 1) * stride + reach - input) / 2),
            _ => 0,
        };
    }

    private WindowAxis(int output, int size, int stride, int dilation, int input, int before) =>
        (Output, Size, Stride, Dilation, Input, Before) = (output, size, stride, dilation, input, before);

    /// <summary>Positions of the input.</summary>
    public int Input { get; }

    /// <summary>Positions that a window reads.</summary>
    public int Size { get; }

    /// <summary>How many windows there are.</summary>
    public int Output { get; }

    /// <summary>Positions from one window to the next.</summary>
    public int Stride { get; }

    /// <summary>Positions from one that a window reads to the next.</summary>
    public int Dilation { get; }

    /// <summary>Positions of padding before the first.</summary>
    public int Before { get; }

    /// <summary>The input position that a window reads at one of its places, or −1 for padding.</summary>
    public int Source(int window, int place)
    {
        long at = (long)window * Stride + (long)place * Dilation - Before;
        return at >= 0 && at < Input ? (int)at : -1;
    }

    /// <summary>One axis for each window extent that is given; the input has one extent more, its features.</summary>
    /// <exception cref="UnrollException">The input or an option does not fit.</exception>
    public static WindowAxis[] Of(string label, Shape input, Padding padding, bool mayBeCausal,
        params (int Size, int Stride, int Dilation)[] windows)
    {
        string[] units = RequireRank(label, input, windows.Length);
        if (padding is not (Padding.Valid or Padding.Same) && !(mayBeCausal && padding == Padding.Causal))
            throw new UnrollException($"{label} has padding {padding}, which only convolutions of sequences know. Choose Valid or Same.");
        var axes = new WindowAxis[windows.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            (int size, int stride, int dilation) = windows[i];
            if (Reach(size, dilation) > int.MaxValue)
                throw new UnrollException(
                    $"{label}'s window of {size} {units[i]} with a dilation of {dilation} spans more than {int.MaxValue} {units[i]}. "
                    + "Choose a smaller window or dilation.");
            if (padding == Padding.Valid && Reach(size, dilation) > input[i])
                throw new UnrollException($"{label}'s window spans {Reach(size, dilation)} {units[i]}, but its input has {input[i]}. "
                    + $"Choose a smaller window or Padding.Same, or feed more {units[i]}.");
            axes[i] = new WindowAxis(input[i], size, stride, dilation, padding);
        }

        RequirePlaces(label, input, axes);
        return axes;
    }

    /// <summary>
    /// The windows of a transposed convolution: those of the convolution that would make its input of its output, so that
    /// <see cref="Output"/> are the positions of its input, and <see cref="Input"/> those of its output. Lengths and places are Keras'.
    /// </summary>
    /// <exception cref="UnrollException">The input or an option does not fit.</exception>
    public static WindowAxis[] Transpose(string label, Shape input, Padding padding,
        params (int Size, int Stride, int Dilation, int? OutputPadding)[] windows)
    {
        string[] units = RequireRank(label, input, windows.Length);
        if (padding is not (Padding.Valid or Padding.Same))
            throw new UnrollException($"{label} has padding {padding}. Choose Valid or Same.");
        var axes = new WindowAxis[windows.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            (int size, int stride, int dilation, int? more) = windows[i];
            long reach = Reach(size, dilation), before = 0, output;
            if (more >= stride)
                throw new UnrollException($"{label}'s output padding of {more} {units[i]} must be below its stride of {stride}.");
            if (padding == Padding.Valid)
            {
                output = (input[i] - 1L) * stride + reach + (more ?? Math.Max(0, stride - reach));
            }
            else if (more is null)
            {
                output = (long)input[i] * stride;
                before = Math.Max(0, (reach - stride) / 2);
            }
            else
            {
                output = (input[i] - 1L) * stride + reach % 2 + more.Value;
                before = Math.Max(0, (reach - reach % 2 - more.Value) / 2);
            }

            if (reach > int.MaxValue || output is < 1 or > int.MaxValue)
                throw new UnrollException(
                    $"{label} makes {output} {units[i]} of an input of shape {input}, with a window that spans {reach}; from 1 to "
                    + $"{int.MaxValue} can be. "
                    + "Choose another stride, dilation, output padding or window.");
            axes[i] = new WindowAxis(input[i], size, stride, dilation, (int)output, (int)before);
        }

        RequirePlaces(label, input, axes);
        return axes;
    }

    /// <summary>What the extents of the input are called, where there is one for each window extent, and features.</summary>
    private static string[] RequireRank(string label, Shape input, int extents)
    {
        if (input.Rank == extents + 1)
            return extents == 1 ? s_sequence : s_image;
        throw new UnrollException(extents == 1
            ? $"{label} takes sequences of shape (time steps, features), but its input has shape {input}. Set ReturnSequences on the "
                + "recurrent layer before it, or reshape the input."
            : $"{label} takes images of shape (height, width, channels), but its input has shape {input}. Reshape the input; an image of "
                + "one channel ends in 1.");
    }

    private static void RequirePlaces(string label, Shape input, WindowAxis[] axes)
    {
        decimal places = axes.Aggregate(1m, (product, axis) => product * axis.Output * axis.Size);
        if (places > MostPlaces)
            throw new UnrollException(
                $"{label}'s windows read {places} places for inputs of shape {input}, and {MostPlaces} at most can be. "
                + "Choose smaller windows or a larger stride.");
    }

    /// <summary>Positions from a window's first to its last.</summary>
    private static long Reach(int size, int dilation) => (size - 1L) * dilation + 1;
}
