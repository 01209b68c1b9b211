using System.Text.Json;

namespace Unroll.Exchange.KerasFiles;

/// <summary>Layers of Keras that put values elsewhere.</summary>
internal static class ShapeLayers
{
    public static Layer Flatten(LayerConfig layer)
    {
        PlainLayers.RequireChannelsLast(layer);
        return new Flatten();
    }

    /// <summary>One extent may be −1: what is left.</summary>
    public static Layer Reshape(LayerConfig layer)
    {
        int[] target = layer.List("target_shape");
        int open = Array.IndexOf(target, -1);
        if (open < 0)
            return new Reshape(target);
        long others = target.Where((_, i) => i != open).Aggregate(1L, (product, extent) => product * Math.Max(1, extent));
        if (layer.Inputs is [Shape input, ..])
            target[open] = (int)Math.Max(1, input.Size / others);
        else
            target[open] = 1;
        return new Reshape(target);
    }

    public static Layer ZeroPadding1D(LayerConfig layer)
    {
        PlainLayers.RequireChannelsLast(layer);
        int[] ends = layer.Ints("padding", 2, [1, 1]);
        return new ZeroPadding1D(ends[0], ends[1]);
    }

    public static Layer ZeroPadding2D(LayerConfig layer)
    {
        int[] sides = Sides(layer, "padding", 1);
        return new ZeroPadding2D(sides[0], sides[1], sides[2], sides[3]);
    }

    public static Layer Cropping1D(LayerConfig layer)
    {
        int[] ends = layer.Ints("cropping", 2, [1, 1]);
        return new Cropping1D(ends[0], ends[1]);
    }

    public static Layer Cropping2D(LayerConfig layer)
    {
        int[] sides = Sides(layer, "cropping", 0);
        return new Cropping2D(sides[0], sides[1], sides[2], sides[3]);
    }

    public static Layer UpSampling2D(LayerConfig layer)
    {
        PlainLayers.RequireChannelsLast(layer);
        layer.Require("interpolation", "nearest");
        int[] size = layer.Ints("size", 2, [2, 2]);
        return new UpSampling2D(size[0], size[1]);
    }

    /// <summary>Top, bottom, left, right of ((top, bottom), (left, right)), of (rows, columns) or of one number.</summary>
    private static int[] Sides(LayerConfig layer, string option, int usual)
    {
        PlainLayers.RequireChannelsLast(layer);
        if (layer.Find(option) is not { } value)
            return [usual, usual, usual, usual];
        int[] numbers = layer.List(option);
        return numbers.Length switch
        {
            1 when value.ValueKind == JsonValueKind.Number => [numbers[0], numbers[0], numbers[0], numbers[0]],
            2 => [numbers[0], numbers[0], numbers[1], numbers[1]],
            4 => numbers,
            _ => throw layer.Wrong(option, "does not have two or four numbers"),
        };
    }
}
