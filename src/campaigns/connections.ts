import { connectionType } from '../graphql-types/connection.js';
import { NotificationCampaign } from './campaign.entity.js';
import { Delivery } from '../delivery/delivery.entity.js';

export const NotificationCampaignConnection = connectionType(NotificationCampaign, 'NotificationCampaign');
export const DeliveryConnection = connectionType(Delivery, 'Delivery');
