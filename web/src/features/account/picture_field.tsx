import { Avatar } from "./avatar";
import { useChangePicture, useOwnPicture } from "./own_picture";
import { squareOf } from "./picture";
import { PictureChoice } from "./picture_choice";

export function PictureField({ name }: { name: string }) {
  const change = useChangePicture();
  return (
    <PictureChoice
      noun="picture"
      accept="image/png,image/jpeg,image/webp"
      stored={useOwnPicture()}
      prepare={squareOf}
      {...change}
    >
      {(src) => <Avatar name={name} src={src} className="size-16 text-18" />}
    </PictureChoice>
  );
}
